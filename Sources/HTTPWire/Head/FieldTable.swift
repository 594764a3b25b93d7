/// The slots of one head's fields, in memory that the next head can use again.
///
/// A value type whose memory is copied on write, like an array; other than an array it checks for other owners once a
/// call of the parser and not once a field.
struct FieldTable: @unchecked Sendable {
    // Sendable because memory is written to only by an owner that has found itself alone with it (`makeWritable`).
    private final class Storage: ManagedBuffer<Int, FieldSlot> {}

    private var storage: ManagedBuffer<Int, FieldSlot>?
    /// How many fields there are. Slots behind them may have been written by another owner; they are not looked at.
    private(set) var count = 0

    /// A table without fields, and without memory.
    init() {}

    /// Browsers send 10 to 20 fields, which the first piece of memory has room for.
    private static let firstCapacity = 24

    /// Forgets all fields but keeps the memory.
    @inline(__always)
    mutating func removeAll() {
        count = 0
    }

    /// Calls `body` with each slot in order until it answers something.
    @inline(__always)
    func first<Result>(_ body: (FieldSlot) -> Result?) -> Result? {
        guard let storage else { return nil }
        return storage.withUnsafeMutablePointerToElements { slots in
            // `count` slots have been initialised (`append`).
            for index in 0..<count {
                if let result = body(slots[index]) { return result }
            }
            return nil
        }
    }

    /// Calls `body` with each slot in order.
    @inline(__always)
    func forEach(_ body: (FieldSlot) -> Void) {
        let _: Never? = first { slot in
            body(slot)
            return nil
        }
    }

    /// Where slots can be written, once no one else owns the memory, and how many there is room for.
    @inline(__always)
    mutating func makeWritable() -> Writer {
        // In this order: a second reference would be an owner too.
        guard isKnownUniquelyReferenced(&storage), let storage else { return moveToNewStorage(Self.firstCapacity) }
        return Writer(storage)
    }

    /// Writes behind the last slot.
    @inline(__always)
    mutating func append(_ slot: FieldSlot, _ writer: inout Writer) {
        if count == writer.capacity { writer = moveToNewStorage(count &* 2) }
        // `count < capacity` now.
        writer.slots[count] = slot
        count &+= 1
    }

    /// The slot that was written last.
    @inline(__always)
    func last(_ writer: Writer) -> FieldSlot? {
        count > 0 ? writer.slots[count &- 1] : nil
    }

    /// Writes over the last slot, if there is one.
    func replaceLast(_ slot: FieldSlot, _ writer: inout Writer) {
        if count > 0 { writer.slots[count &- 1] = slot }
    }

    /// Changes each slot in order.
    mutating func updateEach(_ body: (inout FieldSlot) -> Void) {
        let writer = makeWritable()
        for index in 0..<count { body(&writer.slots[index]) }
    }

    /// The memory of a table that is its only owner. It must not be used once the table has been copied or changed
    /// otherwise than by `append`.
    struct Writer {
        fileprivate let slots: UnsafeMutablePointer<FieldSlot>
        fileprivate let capacity: Int

        @inline(__always)
        fileprivate init(_ storage: ManagedBuffer<Int, FieldSlot>) {
            slots = storage.withUnsafeMutablePointerToElements { $0 }
            // `header` would be checked for exclusive access at run time.
            capacity = storage.withUnsafeMutablePointerToHeader { $0.pointee }
        }
    }

    @inline(never)
    private mutating func moveToNewStorage(_ minimumCapacity: Int) -> Writer {
        let capacity = max(minimumCapacity, count)
        let new = Storage.create(minimumCapacity: capacity) { _ in capacity }
        let writer = Writer(new)
        storage?.withUnsafeMutablePointerToElements { slots in
            writer.slots.initialize(from: slots, count: count)
        }
        storage = new
        return writer
    }
}
