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
