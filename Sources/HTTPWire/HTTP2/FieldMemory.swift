import NIOCore

/// Bytes that are put together one part after the other, in memory that is used again and again.
///
/// An array whose bytes behind ``count`` mean nothing: appending to it costs a check of the room and a copy.
struct FieldMemory: Sendable {
    /// How much memory is kept when the bytes are removed, at most.
    private static let keptCapacity = 16_384

    private var storage: [UInt8] = []
    /// How many bytes there are.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// The bytes.
    var bytes: ArraySlice<UInt8> { storage[..<count] }

    @inline(__always)
    mutating func append(_ new: UnsafeRawBufferPointer) {
        let end = count + new.count
        if end > storage.count { grow(to: end) }
        storage.withUnsafeMutableBytes { storage in
            UnsafeMutableRawBufferPointer(rebasing: storage[count..<end]).copyMemory(from: new)
        }
        count = end
    }

    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends bytes that are there already.
    mutating func append(copyOf range: Range<Int>) {
        let end = count + range.count
        if end > storage.count { grow(to: end) }
        storage.withUnsafeMutableBytes { storage in
            UnsafeMutableRawBufferPointer(rebasing: storage[count..<end])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[range]))
        }
        count = end
    }

    @inline(never)
    private mutating func grow(to capacity: Int) {
        let missing = max(capacity, storage.count * 2, 512) - storage.count
        storage.append(contentsOf: repeatElement(0, count: missing))
    }

    @inline(__always)
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try storage.span.withUnsafeBytes { (storage) throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: storage[..<count]))
        }
    }

    /// The bytes in memory of their own.
    func makeBuffer() -> ByteBuffer {
        withBytes { bytes in
            var buffer = ByteBufferAllocator().buffer(capacity: bytes.count)
            buffer.writeBytes(bytes)
            return buffer
        }
    }

    mutating func removeAll() {
        count = 0
        if storage.count > Self.keptCapacity { storage = [] }
    }
}
