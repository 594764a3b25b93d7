import HTTPTypes
import HTTPWire
import NIOCore
import NIOPosix

@testable import Martlet

/// Content that nobody reads until no more of it is accepted; then all of it is read.
struct SlowReader {
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private let capacityLimit: Int
    private var stream: BodyStream
    private var isFirst = true
    private(set) var read = 0

    init(capacity: Int = BodyStream.highWaterMark) {
        capacityLimit = capacity
        stream = Self.makeStream(capacity)
    }

    private static func makeStream(_ capacity: Int) -> BodyStream {
        BodyStream(eventLoop: group.next(), announcedLength: nil, capacity: capacity) {}
    }

    var capacity: Int { stream.bufferedCapacity }

    mutating func push(_ bytes: ByteBuffer) async throws {
        stream.push(bytes)
        stream.wake()
        guard !stream.wantsBytes else { return }
        while stream.bufferedBytes > 0, let piece = try await stream.next(isFirst: isFirst) {
            isFirst = false
            read += piece.readableBytes
        }
    }

    mutating func end() {
        stream.discard()
        stream = Self.makeStream(capacityLimit)
        isFirst = true
    }
}

/// A server's connection over HTTP/1: requests, and their contents on the way to handlers that read late.
struct HTTP1RequestMachine: BoundedMachine {
    private var reader = HTTP1RequestReader(headLimits: HeadLimits())
    private var content = SlowReader()
    /// The head of the request that is being answered.
    private var head: RequestHead?
    private(set) var messages = 0

    var capacity: Int { reader.capacity + content.capacity }
    var copiedBytes: Int { reader.copiedBytes }

    mutating func take(_ bytes: ByteBuffer) async throws {
        reader.append(bytes)
        while true {
            switch reader.next() {
            case .head(let head):
                self.head = head
                messages += 1
            case .content(let bytes): try await content.push(bytes)
            case .end: content.end()
            case .needsMoreBytes: return
            case .failed(let error): throw error
            }
        }
    }
}

/// A client's connection over HTTP/1, whose server answers one request after the other.
struct HTTP1ResponseMachine: BoundedMachine {
    private var reader = HTTP1ResponseReader(
        headLimits: HeadLimits(),
        bodyLimits: BodyLimits(),
        maximumInformational: .max
    )
    private var content = SlowReader(capacity: 262_144)
    private var head: ResponseHead?
    private(set) var messages = 0

    init() {
        reader.expectResponse(to: .get)
    }

    var capacity: Int { reader.capacity + content.capacity }
    var copiedBytes: Int { reader.copiedBytes }

    mutating func take(_ bytes: ByteBuffer) async throws {
        reader.append(bytes)
        while true {
            switch reader.next() {
            case .informational: messages += 1
            case .head(let head):
                self.head = head
                messages += 1
            case .content(let bytes): try await content.push(bytes)
            case .end:
                content.end()
                reader.expectResponse(to: .get)
            case .needsMoreBytes: return
            case .failed(let failure): throw MachineFailure(reason: "\(failure)")
            }
        }
    }
}

/// One end of an HTTP/2 connection: its frames, and the contents of two streams whose readers are late.
struct HTTP2Machine: BoundedMachine {
    private var reader: HTTP2FrameReader
    private var streams: [UInt32: SlowReader] = [:]
    private var decoder = HTTP2MessageDecoder()
    private var heads: [RequestHead] = []
    private(set) var messages = 0

    init(of peer: HTTP2Endpoint) {
        reader = HTTP2FrameReader(of: peer, blockLimit: 65_536, continuationLimit: 16)
    }

    var capacity: Int { reader.capacity + streams.values.reduce(0) { $0 + $1.capacity } }
    var copiedBytes: Int { reader.copiedBytes }

    mutating func take(_ bytes: ByteBuffer) async throws {
        reader.append(bytes)
        while true {
            switch reader.next() {
            case .needsMoreBytes: return
            case .failed(let error): throw error
            case .data(let stream, let bytes, _, _):
                messages += 1
                try await streams[stream, default: SlowReader(capacity: 131_072)].push(bytes)
            case .headers(let stream, let block, let endsStream):
                messages += 1
                guard case .message(let head) = try decoder.decodeRequest(block, stream: stream, endsStream: endsStream)
                else { throw MachineFailure(reason: "A head is not understood") }
                // A hundred requests are answered at a time.
                heads.append(head)
                if heads.count > 100 { heads.removeFirst(50) }
            default: messages += 1
            }
        }
    }
}
