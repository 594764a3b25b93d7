import HTTPWire
import NIOCore
import NIOPosix
import Testing

@testable import Martlet

/// Whatever a peer sends, and in whatever pieces: what is held of it stays the same, and so does the work for each byte.
@Suite("Bounds of what arrives")
struct ReaderBoundsTests {
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)

    /// The most that a connection may hold, its readers being as slow as they like.
    private static let limit = 1 << 20

    /// A peer that sends for ever.
    struct Peer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var pieces: UnalignedPieces

        init(
            _ description: String,
            begins preface: [UInt8] = [],
            sends message: [UInt8],
            inFrames framesInMessage: Int = 1,
            inPiecesOf messagesInPiece: Int = 1
        ) {
            testDescription = description
            pieces = UnalignedPieces(
                preface: preface,
                message: message,
                framesInMessage: framesInMessage,
                messagesInPiece: messagesInPiece
            )
        }
    }

    /// Holds the work for a quarter of the peer's bytes against that for all. The machine runs on the loop that `make` is
    /// given.
    private func check<Machine: BoundedMachine>(
        _ peer: Peer,
        _ make: @escaping @Sendable (any EventLoop) -> Machine
    ) async throws {
        let eventLoop = Self.group.next()
        try await Task(executorPreference: EventLoopExecutor(eventLoop: eventLoop)) {
            var machine = make(eventLoop)
            let (highest, quarter, whole) = try await machine.drive(peer.pieces)
            #expect(highest <= Self.limit, "\(whole.arrived) bytes hold \(highest)")
            #expect(machine.messages > 0 || machine.capacity > 0)
            for work in [quarter, whole] {
                #expect(work.copied <= 3 * work.arrived, "of \(work.arrived) bytes")
            }
            // Four times the bytes, four times the work.
            #expect(whole.copied <= quarter.copied * 4 + quarter.copied / 4 + 1_000, "\(quarter), \(whole)")
        }.value
    }

    // MARK: HTTP/1

    private static let requestPeers: [Peer] = [
        Peer(
            "M1: requests of 60 kB",
            sends: Array(
                ("GET / HTTP/1.1\r\nHost: a\r\n" + (0..<15).map { "X-\($0): \(filler(4_000))\r\n" }.joined() + "\r\n")
                    .utf8
            )
        ),
        Peer("M1: small requests", sends: Array(requestText.utf8)),
        Peer("M1: small requests, twenty at a time", sends: Array(requestText.utf8), inPiecesOf: 20),
        Peer(
            "M1: contents of 16 kB",
            sends: Array(post(filler(16_384)).utf8)
        ),
        Peer("M1: small contents", sends: Array(post("abc").utf8)),
        Peer(
            "M2: chunks of one byte",
            begins: Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8),
            sends: Array("1\r\nx\r\n".utf8)
        ),
        Peer(
            "M2: chunks of one byte with long extensions",
            begins: Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8),
            sends: Array("1;\(filler(1_000))\r\nx\r\n".utf8),
            inPiecesOf: 30
        ),
    ]

    @Test(arguments: requestPeers)
    func requests(of peer: Peer) async throws {
        try await check(peer) { _ in HTTP1RequestMachine() }
    }

    private static let responsePeers: [Peer] = [
        Peer(
            "M1: small responses",
            sends: Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc".utf8)
        ),
        Peer("M1: informational responses", sends: Array("HTTP/1.1 103 Early Hints\r\n\r\n".utf8)),
        Peer(
            "M2: chunks of one byte",
            begins: Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8),
            sends: Array("1\r\nx\r\n".utf8)
        ),
    ]

    @Test(arguments: responsePeers)
    func responses(of peer: Peer) async throws {
        try await check(peer) { _ in HTTP1ResponseMachine() }
    }

    // MARK: HTTP/2

    private static let settings = Frame(.settings, stream: 0).bytes
    private static let getBlock: [UInt8] = [0x82, 0x86, 0x84, 0x01, 0x01, 0x61]

    private static let framePeers: [Peer] = [
        Peer(
            "M2: DATA of one byte",
            begins: settings,
            sends: Frame(.data, stream: 1, [7]).bytes
        ),
        Peer(
            "M2: DATA of one byte on two streams, with padding",
            begins: settings,
            sends: Frame(.data, Frame.padded, stream: 1, [255, 7] + [UInt8](repeating: 0, count: 255)).bytes
                + Frame(.data, stream: 3, [7]).bytes,
            inPiecesOf: 100
        ),
        Peer(
            "M1: DATA of 16 KiB",
            begins: settings,
            sends: Frame(.data, stream: 1, [UInt8](repeating: 7, count: 16_384)).bytes,
            inPiecesOf: 4
        ),
        Peer(
            "M1: DATA of 1 KiB in the same reads as frames of no type that is known",
            begins: settings,
            sends: Frame(.data, stream: 1, [UInt8](repeating: 7, count: 1_024)).bytes
                + Frame(type: 0xBB, stream: 0, [UInt8](repeating: 7, count: 16_000)).bytes,
            inPiecesOf: 3
        ),
        Peer(
            "M1: PING",
            begins: settings,
            sends: Frame(.ping, stream: 0, [1, 2, 3, 4, 5, 6, 7, 8]).bytes
        ),
        Peer(
            "M1: heads in several frames",
            begins: settings,
            sends: Frame(.headers, Frame.endStream, stream: 1, Array(getBlock[..<3])).bytes
                + Frame(.continuation, stream: 1, Array(getBlock[3...4])).bytes
                + Frame(.continuation, Frame.endHeaders, stream: 1, Array(getBlock[5...])).bytes
        ),
    ]

    @Test(arguments: framePeers, [HTTP2Endpoint.client, .server])
    func frames(of peer: Peer, from endpoint: HTTP2Endpoint) async throws {
        var peer = peer
        if endpoint == .client { peer.pieces.preface = HTTP2FrameReader.preface + peer.pieces.preface }
        try await check(peer) { _ in HTTP2Machine(of: endpoint) }
    }

    // MARK: WebSocket

    private static func messagePeers(_ mask: [UInt8]?) -> [Peer] {
        func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
            let bit: UInt8 = mask == nil ? 0 : 0x80
            let length: [UInt8] =
                payload.count < 126
                ? [bit | UInt8(payload.count)] : [bit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
            guard let mask else { return [first] + length + payload }
            return [first] + length + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
        }
        return [
            Peer("M2: fragments of one byte", begins: frame(0x02, [7]), sends: frame(0x00, [7])),
            Peer("M2: messages of one byte", sends: frame(0x82, [7])),
            Peer("M2: empty messages", sends: frame(0x82, []), inPiecesOf: 10),
            Peer("M1: messages of 16 kB", sends: frame(0x82, [UInt8](repeating: 7, count: 16_384))),
            Peer("M1: pings", sends: frame(0x89, [7]) + frame(0x82, [7])),
            Peer(
                "M1: messages of 5 kB in the same reads as pongs",
                sends: frame(0x82, [UInt8](repeating: 7, count: 5_000))
                    + Array(repeatElement(frame(0x8A, [UInt8](repeating: 7, count: 125)), count: 200).joined()),
                inFrames: 201,
                inPiecesOf: 2
            ),
        ]
    }

    @Test(arguments: messagePeers([1, 2, 3, 4]))
    func messages(ofClient peer: Peer) async throws {
        try await check(peer) { WebSocketMachine(.server, on: $0) }
    }

    @Test(arguments: messagePeers(nil))
    func messages(ofServer peer: Peer) async throws {
        try await check(peer) { WebSocketMachine(.client, on: $0) }
    }

    @Test("M2: compressed messages of one byte")
    func compressedMessages() async throws {
        // "a" as one block of fixed codes.
        let peer = Peer("", sends: [0xC2, 0x03, 0x4A, 0x04, 0x00])
        try await check(peer) {
            WebSocketMachine(.client, deflate: PerMessageDeflate(), on: $0)
        }
    }
}

private let requestText = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

private func filler(_ count: Int) -> String {
    String(repeating: "x", count: count)
}
