import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

@Suite("HTTP/2, client: servers that misbehave", .timeLimit(.minutes(5)))
struct HTTP2ClientHostileServerTests {
    /// What the client makes of a server that sends `frames` after the request.
    private func error(
        _ configure: (inout HTTPClient.Configuration) -> Void = { _ in },
        after frames: @escaping @Sendable (HTTP2Peer) throws -> Void
    ) async throws -> HTTPClientError? {
        let seen = Shared<HTTPClientError?>(nil)
        try await withHTTP2Peer {
            $0.maximumRetries = 0
            configure(&$0)
        } script: { peer, _ in
            _ = try peer.request()
            try frames(peer)
        } test: { client, url in
            do {
                _ = try await client.get(url).collect()
            } catch let error as HTTPClientError {
                seen.change { $0 = error }
            }
            // All that is left of it goes.
            try await eventually { client.connectionCounts.active == 0 }
        }
        return seen.value
    }

    private func isConnectionError(_ error: HTTPClientError?) -> Bool {
        if case .http2(.connectionFailed) = error { true } else { false }
    }

    @Test("Floods end the connection", arguments: [HTTP2Peer.FrameType.ping, .settings, .data, .continuation])
    func floods(_ type: HTTP2Peer.FrameType) async throws {
        let error = try await error { peer in
            if type == .data { try peer.headers(1, [":status": "200"]) }
            if type == .continuation { try peer.write(.init(type: .headers, stream: 1)) }
            let frame =
                switch type {
                case .ping: HTTP2Peer.Frame(type: .ping, payload: [UInt8](repeating: 0, count: 8))
                case .settings: HTTP2Peer.Frame(type: .settings)
                default: HTTP2Peer.Frame(type: type, stream: 1)
                }
            let bytes = [UInt8]((0..<2_000).map { _ in HTTP2Peer.bytes(frame) }.joined())
            // It may be cut short.
            try? peer.connection.write(bytes)
        }
        #expect(isConnectionError(error), "\(String(describing: error))")
    }

    @Test("PUSH_PROMISE is refused (section 8.4)")
    func push() async throws {
        let error = try await error { peer in
            let payload = [0, 0, 0, 2] + HTTP2Peer.block([":method": "GET", ":path": "/"])
            try peer.write(.init(type: .pushPromise, flags: 4, stream: 1, payload: payload))
        }
        #expect(isConnectionError(error), "\(String(describing: error))")
    }

    @Test("Fields above the limit, at once and compressed, end the connection")
    func largeFields() async throws {
        let large = try await error {
            $0.headLimits.headBytes = 1_000
        } after: { peer in
            let text = String(repeating: "x", count: 200)
            let fields: KeyValuePairs = [":status": "200", "a": text, "b": text, "c": text, "d": text, "e": text]
            try peer.headers(1, fields, ends: true)
        }
        #expect(isConnectionError(large), "\(String(describing: large))")
        let bomb = try await error { peer in
            // One field of 200 bytes in the table, and then a byte for each more of the same.
            let name: [UInt8] = [0x40, 1, 0x61, 127, 200 - 127] + [UInt8](repeating: 0x62, count: 200)
            let block = [0x88] + name + [UInt8](repeating: 0xBE, count: 10_000)
            try peer.write(.init(type: .headers, flags: 5, stream: 1, payload: block))
        }
        #expect(isConnectionError(bomb), "\(String(describing: bomb))")
    }

    @Test("The server gets a table of fields if it wants one, though no huge one", arguments: [0, 4_096, 1 << 30])
    func fieldTable(size: Int) async throws {
        try await withHTTP2Peer(settings: [.headerTableSize: size]) { peer, _ in
            var counts: [Int] = []
            for _ in 0..<3 {
                let frame = try peer.next(.headers)
                counts.append(frame.payload.count)
                // The peer's decoder takes no table above 4096 bytes.
                _ = try peer.fields(frame)
                try peer.headers(frame.stream, [":status": "200"], ends: true)
            }
            // The first request may be sent before the settings come.
            if size > 0 { #expect(counts[2] < 20) } else { #expect(counts[2] > 40) }
            for number in 1...200 {
                let request = try peer.request()
                #expect(request.fields["x-number"]?.hasSuffix("x\(number)") == true)
                try peer.headers(request.stream, [":status": "200"], ends: true)
            }
        } test: { client, url in
            for _ in 0..<3 { _ = try await client.get(url, headers: [.cacheControl: "a, b, c, d, e"]).text() }
            let name = try #require(HTTPField.Name("X-Number"))
            for number in 1...200 {
                _ = try await client.get(url, headers: [name: String(repeating: "x", count: number) + "\(number)"])
                    .text()
            }
        }
    }

    @Test("More than the window holds is an error, behind what it holds")
    func tooMuchData() async throws {
        try await withHTTP2Peer {
            $0.http2.streamWindow = 65_535
        } script: { peer, _ in
            _ = try peer.request()
            try peer.headers(1, [":status": "200"])
            for _ in 0..<5 { try peer.data(1, [UInt8](repeating: 0, count: 16_384)) }
            #expect(try peer.next(.reset).number == 3)
        } test: { client, url in
            let response = try await client.get(url)
            // Nobody reads, so that the window stays as it is.
            try await eventually { client.connectionCounts.active == 0 }
            let error = await #expect(throws: HTTPClientError.self) { try await response.collect() }
            guard case .http2(.malformedMessage) = error else { Issue.record("\(String(describing: error))"); return }
        }
    }

    @Test(
        "What breaks the rules of the connection ends it",
        arguments: [
            // A frame larger than allowed.
            [0x00, 0x40, 0x01, 0x0, 0x0, 0, 0, 0, 1],
            // Fields that can't be decompressed.
            [0, 0, 1, 0x1, 0x5, 0, 0, 0, 1, 0xFF],
            // DATA on stream 0, and on one that was never opened.
            [0, 0, 0, 0x0, 0x1, 0, 0, 0, 0], [0, 0, 0, 0x0, 0x1, 0, 0, 0, 9],
            // Fields on a stream of the server's.
            [0, 0, 1, 0x1, 0x5, 0, 0, 0, 2, 0x88],
            // SETTINGS of a wrong size, on a stream, and with a wrong value.
            [0, 0, 5, 0x4, 0x0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0x4, 0x0, 0, 0, 0, 1],
            [0, 0, 6, 0x4, 0x0, 0, 0, 0, 0, 0, 4, 0xFF, 0xFF, 0xFF, 0xFF],
            // WINDOW_UPDATE by 0, and above the maximum.
            [0, 0, 4, 0x8, 0x0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 4, 0x8, 0x0, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF],
            // Something between the parts of a head.
            [0, 0, 0, 0x1, 0x0, 0, 0, 0, 1, 0, 0, 8, 0x6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            // Not HTTP/2 at all.
            Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8),
        ] as [[UInt8]]
    )
    func violations(_ bytes: [UInt8]) async throws {
        let error = try await error { peer in try peer.connection.write(bytes) }
        guard case .http2(.connectionFailed) = error else { Issue.record("\(String(describing: error))"); return }
    }

    @Test("A server that does not speak HTTP/2 is an error at once")
    func http1() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            try connection.readToEnd()
        } while: { server in
            let client = makeClient { $0.http2 = .always }
            let error = await #expect(throws: HTTPClientError.self) { try await client.get(server.url) }
            // The answer can come before the request is on its way, which is sent again then, a few times.
            #expect(isConnectionError(error) || error == .connectionClosed, "\(String(describing: error))")
        }
    }

    @Test("A connection that is cut, or reset, at any byte of a response gives an error", arguments: [false, true])
    func cuts(reset: Bool) async throws {
        let whole =
            HTTP2Peer.bytes(.init(type: .headers, flags: 4, stream: 1, payload: [0x88]))
            + HTTP2Peer.bytes(.init(type: .data, flags: 1, stream: 1, payload: Array("abc".utf8)))
        for length in 0..<whole.count {
            let error = Shared<(any Error)?>(nil)
            try await withHTTP2Peer {
                $0.maximumRetries = 0
            } script: { peer, _ in
                _ = try peer.request()
                try peer.connection.write(Array(whole[..<length]))
                if reset { peer.connection.reset() } else { peer.connection.close() }
            } test: { client, url in
                do { _ = try await client.get(url).collect() } catch let cut { error.change { $0 = cut } }
            }
            #expect(error.value != nil, "\(length)")
        }
    }
}
