import CLibrary
import NIOCore

/// The bytes that one end of a connection in memory has to send, and how many the other end lets it. A plain value.
struct MemoryOutput {
    /// The buffers that can be sent now.
    struct Sending {
        var buffers: [ByteBuffer] = []
        /// Those of the writes that are sent whole.
        var promises: [EventLoopPromise<Void>] = []
        /// Why a file could not be read (`errno`).
        var failure: CInt?
    }

    private enum State {
        case open
        /// The writes that wait are sent first.
        case ending(EventLoopPromise<Void>?)
        case closed
    }

    /// How much of a file is read at a time.
    private static let pieceSize = 65_536

    private let window: Int
    private var writes = MarkedCircularBuffer<(data: IOData, promise: EventLoopPromise<Void>?)>(initialCapacity: 4)
    private var underWay = 0
    private var state = State.open
    /// How many bytes wait to be sent, flushed or not.
    private(set) var byteCount = 0

    /// - Parameter window: How many bytes may be under way, sent but not read.
    init(window: Int) {
        self.window = window
    }

    /// Whether anything is waiting that may be sent.
    var hasFlushed: Bool { writes.hasMark }

    /// Whether nothing more can be written.
    var isEnding: Bool { if case .open = state { false } else { true } }

    /// Whether everything has been sent, and nothing more will be.
    var isClosed: Bool { if case .closed = state { true } else { false } }

    mutating func append(_ data: IOData, _ promise: EventLoopPromise<Void>?) {
        byteCount += data.readableBytes
        writes.append((data, promise))
    }

    mutating func flush() {
        writes.mark()
    }

    mutating func peerHasRead(_ count: Int) {
        underWay -= count
    }

    /// Takes out what can be sent now.
    mutating func takeSendable() -> Sending {
        var sending = Sending()
        while underWay < window, writes.hasMark, let first = writes.first {
            switch first.data {
            case .byteBuffer(let buffer):
                remove(buffer.readableBytes, of: first.data, &sending)
                if buffer.readableBytes > 0 { sending.buffers.append(buffer) }
            case .fileRegion(let region):
                guard let piece = Self.read(region) else {
                    sending.failure = EIO
                    return sending
                }
                remove(piece.readableBytes, of: first.data, &sending)
                if piece.readableBytes > 0 { sending.buffers.append(piece) }
            }
        }
        return sending
    }

    /// Counts `count` bytes of the first write as sent.
    private mutating func remove(_ count: Int, of data: IOData, _ sending: inout Sending) {
        underWay += count
        byteCount -= count
        if case .fileRegion(var region) = data, region.readableBytes > count {
            region.moveReaderIndex(forwardBy: count)
            writes[writes.startIndex].data = .fileRegion(region)
        } else if let promise = writes.removeFirst().promise {
            sending.promises.append(promise)
        }
    }

    /// The next bytes of a part of a file; nil if it is shorter than it was, or can't be read.
    private static func read(_ region: FileRegion) -> ByteBuffer? {
        let size = min(region.readableBytes, pieceSize)
        var buffer = ByteBuffer()
        let count = try? region.fileHandle.withUnsafeFileDescriptor { file in
            try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
                let count = pread(file, memory.baseAddress, size, off_t(region.readerIndex))
                guard count > 0 || size == 0 else { throw ChannelError.eof }
                return count
            }
        }
        return count == nil ? nil : buffer
    }

    /// Ends the output after what was written; false if that was done before.
    mutating func end(_ promise: EventLoopPromise<Void>?) -> Bool {
        guard case .open = state else { return false }
        state = .ending(promise)
        return true
    }

    /// The promise of the end, if all has been sent before it, which is counted as sent now; nil otherwise.
    mutating func takeEnd() -> EventLoopPromise<Void>?? {
        guard case .ending(let promise) = state, writes.isEmpty else { return nil }
        state = .closed
        return .some(promise)
    }

    /// Forgets everything. Returns the promises of what will never be sent.
    mutating func close() -> [EventLoopPromise<Void>] {
        var promises: [EventLoopPromise<Void>] = []
        while let write = writes.popFirst() {
            if let promise = write.promise { promises.append(promise) }
        }
        if case .ending(let promise?) = state { promises.append(promise) }
        (state, byteCount) = (.closed, 0)
        return promises
    }
}
