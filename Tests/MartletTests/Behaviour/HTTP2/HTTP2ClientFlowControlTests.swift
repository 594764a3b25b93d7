import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

@Suite("HTTP/2, client: flow control (RFC 9113 section 5.2)", .timeLimit(.minutes(5)))
struct HTTP2ClientFlowControlTests {
    /// Answers a first request, so that the client has read the settings.
    private static func begin(_ peer: HTTP2Peer) throws {
        try peer.respond(try peer.request().stream, "")
    }

    /// Reads content until `count` bytes have come.
    private static func read(_ count: Int, _ peer: HTTP2Peer) throws -> HTTP2Peer.Frame {
        var missing = count
        while true {
            let frame = try peer.next(.data)
            missing -= frame.payload.count
            if missing <= 0 {
                #expect(missing == 0)
                return frame
            }
        }
    }

    @Test("What is sent keeps to the stream's window, which a setting can make negative", arguments: [false, true])
    func streamWindow(isStreamed: Bool) async throws {
        try await withHTTP2Peer(settings: [.initialWindowSize: 10]) { peer, _ in
            try Self.begin(peer)
            _ = try peer.request()
            _ = try Self.read(10, peer)
            try peer.windowUpdate(3, 5)
            _ = try Self.read(5, peer)
            // 0 - 10 - 5 + 5 = -10, so that of 12 more there are 2 to use.
            try peer.send([.initialWindowSize: 0])
            #expect(try peer.read().type == .settings)
            try peer.windowUpdate(3, 12)
            _ = try Self.read(2, peer)
            try peer.send([.initialWindowSize: 4])
            #expect(try peer.read().type == .settings)
            _ = try Self.read(4, peer)
            try peer.windowUpdate(3, 1000)
            let last = try Self.read(4, peer)
            if !last.endsStream { #expect(try peer.next(.data).endsStream) }
            try peer.respond(3, "ok")
        } test: { client, url in
            _ = try await client.get(url).text()
            let text: String
            if isStreamed {
                let request = try client.open(.post, url)
                for _ in 0..<5 { try await request.write("12345") }
                text = try await request.end().text()
            } else {
                text = try await client.post(url, body: "1234567890123456789012345").text()
            }
            #expect(text == "ok")
        }
    }

    @Test("What is sent keeps to the connection's window, which all streams share")
    func connectionWindow() async throws {
        try await withHTTP2Peer(settings: [.initialWindowSize: 1_000_000]) { peer, _ in
            try Self.begin(peer)
            var received = 0
            while received < 65_535 { received += try peer.next(.data).payload.count }
            #expect(received == 65_535)
            try peer.write(.init(type: .ping, payload: Array(1...8)))
            // Nothing has come between.
            #expect(try peer.read().type == .ping)
            try peer.windowUpdate(0, 200_000)
            while received < 2 * 60_000 { received += try peer.next(.data).payload.count }
            #expect(received == 2 * 60_000)
            try peer.headers(3, [":status": "200"], ends: true)
            try peer.headers(5, [":status": "200"], ends: true)
        } test: { client, url in
            _ = try await client.get(url).text()
            let body = HTTPRequestBody.bytes([UInt8](repeating: 7, count: 60_000))
            async let first = client.post(url, body: body)
            async let second = client.post(url, body: body)
            let statuses = [try await first.statusCode, try await second.statusCode]
            #expect(statuses == [200, 200])
        }
    }

    @Test("A server may grant room in small pieces, for much")
    func smallGrants() async throws {
        let size = 1_500_000
        try await withHTTP2Peer { peer, _ in
            let stream = try peer.request().stream
            var missing = size
            while missing > 0 {
                let part = try peer.next(.data).payload.count
                missing -= part
                var updates: [UInt8] = []
                // As those do that read a little at a time.
                for start in stride(from: 0, to: part, by: 2_048) {
                    let increment = HTTP2Peer.number(min(2_048, part - start))
                    updates += HTTP2Peer.bytes(.init(type: .windowUpdate, payload: increment))
                    updates += HTTP2Peer.bytes(.init(type: .windowUpdate, stream: stream, payload: increment))
                }
                try peer.connection.write(updates)
            }
            try peer.respond(stream, "ok")
        } test: { client, url in
            let text = try await client.post(url, body: .bytes([UInt8](repeating: 7, count: size))).text()
            #expect(text == "ok")
        }
    }

    @Test("A writer waits while the window is full")
    func backPressure() async throws {
        let gate = Gate()
        try await withHTTP2Peer { peer, _ in
            _ = try peer.request()
            gate.wait()
            try peer.windowUpdate(0, 100_000_000)
            try peer.windowUpdate(1, 100_000_000)
            var count = 0
            while true {
                let frame = try peer.next(.data)
                count += frame.payload.count
                if frame.endsStream { break }
            }
            try peer.respond(1, "\(count)")
        } test: { client, url in
            let request = try client.open(.post, url)
            let written = Shared(0)
            let writing = Task {
                for _ in 0..<100 {
                    try await request.write(String(repeating: "x", count: 16_384))
                    written.change { $0 += 16_384 }
                }
            }
            try await eventually { written.value > 65_535 }
            // What the windows, the frame handler and the queue have taken, and no more.
            var last = -1
            while last != written.value {
                last = written.value
                try await Task.sleep(for: .milliseconds(30))
            }
            #expect(last < 65_535 + 131_072 + 4 * 65_536)
            gate.open()
            try await writing.value
            let text = try await request.end().text()
            #expect(text == "\(100 * 16_384)")
        }
    }

    @Test("The server may send as much as the window holds, and more when the reader has read")
    func reading() async throws {
        let hasSent = Events<Void>()
        let size = 65_535
        try await withHTTP2Peer {
            $0.http2.streamWindow = size
            $0.http2.connectionWindow = 1_000_000
        } script: { peer, _ in
            let increase = try peer.next(.windowUpdate)
            #expect(increase.stream == 0 && increase.number == 1_000_000 - 65_535)
            let stream = try peer.request().stream
            try peer.headers(stream, [":status": "200"])
            for part in [16_384, 16_384, 16_384, 16_383] {
                try peer.data(stream, [UInt8](repeating: 1, count: part))
            }
            hasSent.add()
            // As the reader reads; the window is never larger than it was.
            var open = 0
            var sent = size
            while sent < 3 * size {
                while open == 0 {
                    let update = try peer.next(.windowUpdate)
                    if update.stream == stream { open += update.number }
                    #expect(open <= size)
                }
                let part = min(open, 16_384)
                try peer.data(stream, [UInt8](repeating: 1, count: part))
                open -= part
                sent += part
            }
            try peer.data(stream, "", ends: true)
        } test: { client, url in
            let response = try await client.get(url)
            try await hasSent.next()
            let bytes = try await response.collect()
            #expect(bytes.readableBytes >= 3 * size)
            #expect(bytes == ByteBuffer(repeating: 1, count: bytes.readableBytes))
        }
    }

    @Test("A response that nobody reads holds up no other")
    func unread() async throws {
        try await withHTTP2Peer {
            $0.http2.streamWindow = 65_535
            $0.http2.connectionWindow = 65_535
        } script: { peer, _ in
            let first = try peer.request().stream
            try peer.headers(first, [":status": "200"])
            for part in [16_384, 16_384, 16_384, 16_383] {
                try peer.data(first, [UInt8](repeating: 1, count: part))
            }
            var open = 0
            var frame = try peer.read()
            while frame.type != .headers {
                if frame.type == .windowUpdate, frame.stream == 0 { open += frame.number }
                frame = try peer.read()
            }
            let second = frame.stream
            try peer.headers(second, [":status": "200"])
            for _ in 0..<3 {
                while open < 16_384 {
                    let update = try peer.next(.windowUpdate)
                    if update.stream == 0 { open += update.number }
                    #expect(update.stream != first)
                }
                try peer.data(second, [UInt8](repeating: 2, count: 16_384))
                open -= 16_384
            }
            try peer.data(second, "", ends: true)
            try peer.data(first, "", ends: true)
        } test: { client, url in
            let first = try await client.get(url)
            let second = try await client.get(url).collect()
            #expect(second.readableBytes == 3 * 16_384)
            let bytes = try await first.collect()
            #expect(bytes.readableBytes == 65_535)
        }
    }
}
