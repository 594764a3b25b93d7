/// Elements ordered by deadline: a binary heap whose elements can be accessed, moved and removed.
///
/// Every operation takes time logarithmic in the number of elements. It can be inlined, since the limits of MartletWeb use
/// one for each request.
package struct ExpiryQueue<Element, Deadline: Comparable> {
    /// Identifies an element, from ``insert(_:at:)`` until ``remove(_:)``.
    package struct Handle: Hashable {
        @usableFromInline let slot: Int

        @usableFromInline init(slot: Int) { self.slot = slot }
    }

    @usableFromInline struct Slot {
        @usableFromInline var element: Element
        @usableFromInline var deadline: Deadline
        /// The position of the slot in `heap`.
        @usableFromInline var position: Int

        @usableFromInline init(element: Element, deadline: Deadline, position: Int) {
            (self.element, self.deadline, self.position) = (element, deadline, position)
        }
    }

    @usableFromInline var slots: [Slot?] = []
    @usableFromInline var freeSlots: [Int] = []
    /// The indices of slots in heap order: the deadline at position `i` is not after those at `2 * i + 1` and `2 * i +
    /// 2`.
    @usableFromInline var heap: [Int] = []

    /// An empty queue.
    @inlinable package init() {}

    @inlinable package var count: Int { heap.count }

    /// The element with the earliest deadline.
    @inlinable package var first: (handle: Handle, deadline: Deadline)? {
        guard let slot = heap.first, let deadline = slots[slot]?.deadline else { return nil }
        return (Handle(slot: slot), deadline)
    }

    /// The element; nil if it has been removed.
    @inlinable package subscript(handle: Handle) -> Element? { slots[handle.slot]?.element }

    /// Changes an element in place.
    @inlinable package mutating func change(_ handle: Handle, _ body: (inout Element) -> Void) {
        guard var slot = slots[handle.slot].take() else { return }
        body(&slot.element)
        slots[handle.slot] = slot
    }

    @inlinable package func deadline(of handle: Handle) -> Deadline? { slots[handle.slot]?.deadline }

    @inlinable package mutating func insert(_ element: Element, at deadline: Deadline) -> Handle {
        let slot = freeSlots.popLast() ?? slots.count
        let entry = Slot(element: element, deadline: deadline, position: heap.count)
        if slot == slots.count { slots.append(entry) } else { slots[slot] = entry }
        heap.append(slot)
        siftUp(from: heap.count - 1)
        return Handle(slot: slot)
    }

    /// Gives an element another deadline.
    @inlinable package mutating func move(_ handle: Handle, to deadline: Deadline) {
        guard let position = slots[handle.slot]?.position else { return }
        slots[handle.slot]?.deadline = deadline
        siftUp(from: position)
        sink(from: slots[handle.slot]?.position ?? position)
    }

    @discardableResult
    @inlinable package mutating func remove(_ handle: Handle) -> Element? {
        guard let entry = slots[handle.slot].take() else { return nil }
        freeSlots.append(handle.slot)
        let last = heap.removeLast()
        if last != handle.slot {
            place(last, at: entry.position)
            siftUp(from: entry.position)
            sink(from: slots[last]?.position ?? entry.position)
        }
        return entry.element
    }

    @inlinable mutating func place(_ slot: Int, at position: Int) {
        heap[position] = slot
        slots[slot]?.position = position
    }

    /// Whether the slot at one position of the heap has to precede that at another.
    @inlinable func precedes(_ one: Int, _ other: Int) -> Bool {
        guard let one = slots[heap[one]]?.deadline, let other = slots[heap[other]]?.deadline else { return false }
        return one < other
    }

    @inlinable mutating func swap(_ one: Int, _ other: Int) {
        let (first, second) = (heap[one], heap[other])
        place(second, at: one)
        place(first, at: other)
    }

    @inlinable mutating func siftUp(from start: Int) {
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard precedes(position, parent) else { return }
            swap(position, parent)
            position = parent
        }
    }

    @inlinable mutating func sink(from start: Int) {
        var position = start
        while true {
            var next = 2 * position + 1
            guard next < heap.count else { return }
            if next + 1 < heap.count, precedes(next + 1, next) { next += 1 }
            guard precedes(next, position) else { return }
            swap(position, next)
            position = next
        }
    }
}
