import NIOCore

/// Bytes that are put together one part after the other, in memory that is used again and again.
///
/// A value type whose memory is copied on write, like an array. Unlike an array it looks for other owners once, in
/// ``makeUnique()``, and not with each part: appending costs a check of the room and a copy.
struct FieldMemory: @unchecked Sendable {
    // Sendable because memory is written only by an owner that has checked that it is the only one (`makeUnique`).

    /// How much memory is kept when the bytes are removed, at most.
    static let keptCapacity = 16_384

    private final class Storage: ManagedBuffer<Void, UInt8> {}

    private var storage: Storage?
    /// The memory of `storage`, where `capacity` bytes have room.
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    /// How many bytes there are.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// A copy of the bytes.
    var bytes: [UInt8] { withBytes { Array($0) } }

    /// Moves the bytes if their memory has another owner. Call this before the first part is appended after a value may
    /// have been copied.
    mutating func makeUnique() {
        if storage != nil, !isKnownUniquelyReferenced(&storage) { move(to: capacity) }
    }

    @inline(__always)
    mutating func append(_ new: UnsafeRawBufferPointer) {
        let end = count &+ new.count
        if end > capacity { grow(to: end) }
        // There is memory unless both counts are zero, and `new` lies elsewhere: `copyOf` is for what is here.
        if let base, let start = new.baseAddress { (base + count).copyMemory(from: start, byteCount: new.count) }
        count = end
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends bytes that are there already.
    mutating func append(copyOf range: Range<Int>) {
        precondition(range.upperBound <= count)
        let end = count + range.count
        if end > capacity { grow(to: end) }
        if let base { (base + count).copyMemory(from: base + range.lowerBound, byteCount: range.count) }
        count = end
    }

    @inline(never)
    private mutating func grow(to capacity: Int) {
        move(to: max(capacity, self.capacity * 2, 512))
    }

    private mutating func move(to capacity: Int) {
        let new = unsafeDowncast(Storage.create(minimumCapacity: capacity) { _ in () }, to: Storage.self)
        let newBase = new.withUnsafeMutablePointerToElements { UnsafeMutableRawPointer($0) }
        if let base { newBase.copyMemory(from: base, byteCount: count) }
        (storage, base, self.capacity) = (new, newBase, capacity)
    }

    @inline(__always)
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // The memory lives as long as its owner does, which is the value that this is called on.
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Some of the bytes, where they are until the memory is changed.
    @inline(__always)
    func place(of range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.upperBound <= count)
        return UnsafeRawBufferPointer(start: base.map { $0 + range.lowerBound }, count: range.count)
    }

    /// Removes bytes from the beginning.
    mutating func removeFirst(_ removed: Int) {
        makeUnique()
        precondition(removed <= count)
        if let base { base.copyMemory(from: base + removed, byteCount: count - removed) }
        count -= removed
    }

    /// The bytes in memory of their own.
    func makeBuffer() -> ByteBuffer {
        var buffer = ByteBuffer()
        copy(to: &buffer)
        return buffer
    }

    /// Replaces the content of a buffer by the bytes, in the same memory if it is the only owner of that.
    func copy(to buffer: inout ByteBuffer) {
        withBytes { bytes in
            buffer.clear(minimumCapacity: bytes.count)
            // Cheaper than to write: there is room, at the beginning.
            buffer.withVeryUnsafeMutableBytes { $0.copyMemory(from: bytes) }
            buffer.moveWriterIndex(forwardBy: bytes.count)
        }
    }

    mutating func removeAll() {
        count = 0
        if capacity > Self.keptCapacity { (storage, base, capacity) = (nil, nil, 0) }
    }
}
