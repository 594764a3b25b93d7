import NIOCore

/// The bytes that have arrived at one end of a connection in memory, and were not read yet. A plain value.
struct MemoryInput {
    private var buffers: [ByteBuffer] = []
    /// Whether a read was requested that has brought nothing yet.
    private(set) var isWanted = false
    /// Whether the other end sends no more, which is told after what it has sent.
    private(set) var hasEnded = false
    private var isEndTold = false

    /// Whether bytes wait to be read.
    var hasBytes: Bool { !buffers.isEmpty }

    /// Whether there is something to tell.
    var hasArrivals: Bool { hasBytes || hasEnded && !isEndTold }

    mutating func append(_ arrived: [ByteBuffer]) {
        buffers += arrived
    }

    mutating func end() {
        hasEnded = true
    }

    mutating func request() {
        isWanted = true
    }

    mutating func cancelRequest() {
        isWanted = false
    }

    /// Takes the bytes that have arrived, which answers the request.
    mutating func takeBytes() -> [ByteBuffer] {
        defer { buffers = [] }
        if hasBytes { isWanted = false }
        return buffers
    }

    /// Whether to tell of the end now; true once.
    mutating func takeEnd() -> Bool {
        guard hasEnded, !isEndTold, !hasBytes else { return false }
        (isEndTold, isWanted) = (true, false)
        return true
    }
}
