import CZlib

/// zlib's decompressing half, for raw data.
final class InflateStream: ReusableStream, @unchecked Sendable {
    // Sendable because it has one owner at a time, or is idle.

    static let idle = IdleStreams<InflateStream>()

    private let state: ZlibState

    /// A stream with a window of 2 to the power of `windowBits` bytes, 9 to 15.
    init(windowBits: Int) throws(ContentCodingError) {
        state = try ZlibState(end: inflateEnd) { inflateInit2_($0, Int32(-windowBits), $1, $2) }
    }

    var stream: UnsafeMutablePointer<z_stream> { state.stream }

    func reset() {
        inflateReset(stream)
    }
}
