import NIOCore

/// One direction of a connection with faults. A plain value: it takes bytes, and says which of them pass and when.
struct FaultyStream: Sendable {
    /// How a connection ends before its time.
    enum Ending: Sendable, Hashable {
        case close
        case halfClose
        case reset
        /// Nothing more is sent or read.
        case vanish
    }

    enum Step: Equatable {
        /// The bytes go on.
        case pass(ByteBuffer)
        /// The connection ends; nothing passes any more.
        case end(Ending)
        /// Nothing passes before a second is over.
        case waitASecond
        /// Nothing is left.
        case idle
    }

    private var bytes = ByteBuffer()
    private var ending: (after: Int, how: Ending)?
    private var rate: Int?
    private var pieceSize = Int.max
    /// How much may pass in this second.
    private var allowance = Int.max
    private var hasEnded = false

    /// How many bytes have not passed yet.
    var waitingCount: Int { bytes.readableBytes }

    /// The connection ends when `count` bytes have passed. The first of several endings counts.
    mutating func ends(_ how: Ending, after count: Int) {
        guard count < ending?.after ?? .max else { return }
        ending = (max(0, count), how)
    }

    /// This many bytes pass in a second.
    mutating func isSlow(_ bytesPerSecond: Int) {
        rate = max(1, bytesPerSecond)
        allowance = max(1, bytesPerSecond)
    }

    /// Bytes pass in pieces of `count`.
    mutating func isInPieces(of count: Int) {
        pieceSize = max(1, count)
    }

    mutating func append(_ more: ByteBuffer) {
        guard !hasEnded else { return }
        bytes.writeImmutableBuffer(more)
    }

    mutating func aSecondPassed() {
        if let rate { allowance = rate }
    }

    mutating func next() -> Step {
        guard !hasEnded else { return .idle }
        if let ending, ending.after == 0 {
            hasEnded = true
            bytes.clear()
            return .end(ending.how)
        }
        guard bytes.readableBytes > 0 else { return .idle }
        guard allowance > 0 else { return .waitASecond }
        let count = min(bytes.readableBytes, ending?.after ?? .max, allowance, pieceSize)
        guard let piece = bytes.readSlice(length: count) else { return .idle }
        bytes.discardReadBytes()
        ending?.after -= count
        if rate != nil { allowance -= count }
        return .pass(piece)
    }
}
