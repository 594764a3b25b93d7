import CZlib

/// The state of one of zlib's halves. zlib keeps a pointer back to it, so it does not move.
struct ZlibState: ~Copyable {
    typealias End = @convention(c) (UnsafeMutablePointer<z_stream>?) -> Int32

    let stream: UnsafeMutablePointer<z_stream>
    private let end: End

    /// - Parameters:
    ///   - end: zlib's function that frees what `begin` has allocated.
    ///   - begin: Sets the state up, and returns zlib's result.
    init(
        end: @escaping End,
        begin: (UnsafeMutablePointer<z_stream>, _ version: String, _ size: Int32) -> Int32
    ) throws(ContentCodingError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard begin(stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            throw .outOfMemory
        }
        self.stream = stream
        self.end = end
    }

    deinit {
        _ = end(stream)
        stream.deallocate()
    }
}

extension UnsafeMutablePointer<z_stream> {
    /// Makes these bytes the input of zlib.
    func setInput(_ bytes: UnsafeRawBufferPointer) {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        pointee.next_in = UnsafeMutablePointer<UInt8>(mutating: start)
        pointee.avail_in = UInt32(clamping: bytes.count)
    }

    /// Makes this space the output of zlib, and returns how much of it zlib can use.
    func setOutput(_ space: UnsafeMutableRawBufferPointer) -> Int {
        let count = UInt32(clamping: space.count)
        pointee.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
        pointee.avail_out = count
        return Int(count)
    }
}
