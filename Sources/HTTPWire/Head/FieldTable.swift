/// The slots of one head's fields, in memory that the next head can reuse.
///
/// A value type whose memory is copied on write, like an array. Unlike an array it checks for other owners once for
/// each call of the parser, not once for each field.
struct FieldTable: @unchecked Sendable {
    // Sendable because memory is written only by an owner that has checked that it is the only one (`makeWritable`).
    fileprivate final class Storage: ManagedBuffer<Int, FieldSlot> {}

    private var storage: Storage?
    /// How many fields there are. Slots after them may have been written by another owner; they are never read.
    private(set) var count = 0

    /// Creates a table without fields, and without memory.
    init() {}

    /// Browsers send 10 to 20 fields, for which the first allocation has room.
    private static let firstCapacity = 24

    /// Removes all fields but keeps the memory.
    @inline(__always)
    mutating func removeAll() {
        count = 0
    }

    /// Calls `body` with each slot in order until it returns a result.
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

    /// The memory to write slots to, copied first if it has another owner.
    @inline(__always)
    mutating func makeWritable() -> Writer {
        // In this order: a second reference would be an owner too.
        guard isKnownUniquelyReferenced(&storage), let storage else { return moveToNewStorage(Self.firstCapacity) }
        return Writer(storage)
    }

    /// Appends a slot.
    @inline(__always)
    mutating func append(_ slot: FieldSlot, _ writer: inout Writer) {
        if count == writer.capacity { writer = moveToNewStorage(count &* 2) }
        // `count < capacity` now.
        writer.slots[count] = slot
        count &+= 1
    }

    /// The last slot.
    @inline(__always)
    func last(_ writer: Writer) -> FieldSlot? {
        count > 0 ? writer.slots[count &- 1] : nil
    }

    /// A slot by its place; nil behind the last one.
    @inline(__always)
    func slot(_ index: Int, _ writer: Writer) -> FieldSlot? {
        index >= 0 && index < count ? writer.slots[index] : nil
    }

    /// Overwrites the last slot, if there is one.
    func replaceLast(_ slot: FieldSlot, _ writer: inout Writer) {
        if count > 0 { writer.slots[count &- 1] = slot }
    }

    /// Changes each slot in order.
    mutating func updateEach(_ body: (inout FieldSlot) -> Void) {
        let writer = makeWritable()
        for index in 0..<count { body(&writer.slots[index]) }
    }

    /// The memory of a table that is its only owner. It must not be used after the table has been copied, or changed
    /// other than by `append`.
    struct Writer {
        fileprivate let slots: UnsafeMutablePointer<FieldSlot>
        /// For how many slots there is room.
        let capacity: Int

        @inline(__always)
        fileprivate init(_ storage: Storage) {
            slots = storage.withUnsafeMutablePointerToElements { $0 }
            // `header` would be checked for exclusive access at run time.
            capacity = storage.withUnsafeMutablePointerToHeader { $0.pointee }
        }
    }

    @inline(never)
    private mutating func moveToNewStorage(_ minimumCapacity: Int) -> Writer {
        let capacity = max(minimumCapacity, count)
        let new = unsafeDowncast(Storage.create(minimumCapacity: capacity) { _ in capacity }, to: Storage.self)
        let writer = Writer(new)
        storage?.withUnsafeMutablePointerToElements { slots in
            writer.slots.initialize(from: slots, count: count)
        }
        storage = new
        return writer
    }
}
