import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

@Suite("HTTP/2, client: streams that end before their time", .timeLimit(.minutes(5)))
struct HTTP2ClientStreamEndTests {
    private func failure(_ body: () async throws -> Void) async -> HTTP2Failure? {
        do {
            try await body()
        } catch HTTPClientError.http2(let failure) {
            return failure
        } catch {
            Issue.record(error)
        }
        return nil
    }

    @Test("A refused request was not processed: it is sent again, POST too")
    func refused() async throws {
        try await withHTTP2Peer { peer, _ in
            let first = try peer.request()
            _ = try peer.content(of: first.stream)
            try peer.reset(first.stream, 7)
            let second = try peer.request()
            #expect(second.stream == 3)
            #expect(try peer.content(of: 3) == Array("abc".utf8))
            try peer.respond(3, "done")
            // One that is refused again and again is not sent for ever.
            for _ in 0..<3 { try peer.reset(try peer.request().stream, 7) }
        } test: { client, url in
            let text = try await client.post(url, body: "abc").text()
            #expect(text == "done")
            let error = await failure { _ = try await client.get(url) }
            #expect(error == .streamReset(.refusedStream))
        }
    }

    @Test("A reset before the answer, and one in the middle of it, are errors of that request only")
    func resets() async throws {
        let gate = Gate()
        try await withHTTP2Peer { peer, _ in
            try peer.reset(try peer.request().stream, 2)
            let second = try peer.request().stream
            try peer.headers(second, [":status": "200"])
            try peer.data(second, "beg")
            gate.wait()
            try peer.reset(second, 2)
            try peer.reset(try peer.request().stream, 0xB)
            try peer.reset(try peer.request().stream, 0xFF)
            try peer.echoPaths()
        } test: { client, url in
            let first = await failure { _ = try await client.get(url) }
            #expect(first == .streamReset(.internalError))
            let response = try await client.get(url)
            gate.open()
            let second = await failure { _ = try await response.collect() }
            #expect(second == .streamReset(.internalError))
            let third = await failure { _ = try await client.get(url) }
            #expect(third == .streamReset(.enhanceYourCalm))
            let fourth = await failure { _ = try await client.get(url) }
            #expect(fourth == .streamReset(HTTP2ErrorCode(rawValue: 0xFF)))
            let text = try await client.get("\(url)/ok").text()
            #expect(text == "/ok")
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("HTTP_1_1_REQUIRED sends the request over HTTP/1.1")
    func http1Required() async throws {
        try await ScriptedServer.run { connection, number in
            if number == 0 {
                let peer = try HTTP2Peer(connection)
                try peer.reset(try peer.request().stream, 0xD)
                while (try? peer.read()) != nil {}
            } else {
                let head = try connection.readHead()
                #expect(head.hasPrefix("GET /a HTTP/1.1\r\n"))
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold")
            }
        } while: { server in
            let client = makeClient { $0.http2 = .always }
            let response = try await client.get("\(server.url)/a")
            #expect(response.version == .http1_1)
            let text = try await response.text()
            #expect(text == "old")
        }
    }

    @Test("A request that is cancelled is reset; the others go on")
    func cancelling() async throws {
        let hasArrived = Events<Void>()
        try await withHTTP2Peer { peer, _ in
            let other = try peer.request().stream
            try peer.headers(other, [":status": "200"])
            try peer.data(other, "a")
            let cancelled = try peer.request().stream
            hasArrived.add()
            let reset = try peer.next(.reset)
            #expect(reset.stream == cancelled && reset.number == 8)
            // What is on its way meanwhile is ignored.
            try peer.respond(cancelled, "late")
            try peer.data(other, "b", ends: true)
        } test: { client, url in
            let other = try await client.get(url)
            let task = Task { try await client.get(url) }
            try await hasArrived.next()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let text = try await other.text()
            #expect(text == "ab")
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("A response that nobody reads is reset")
    func dropping() async throws {
        let isReset = Events<Int>()
        try await withHTTP2Peer { peer, _ in
            let stream = try peer.request().stream
            try peer.headers(stream, [":status": "200"])
            try peer.data(stream, "a")
            let reset = try peer.next(.reset)
            isReset.add(reset.number)
            try peer.echoPaths()
        } test: { client, url in
            do { _ = try await client.get(url) }
            #expect(try await isReset.next() == 8)
            let text = try await client.get("\(url)/ok").text()
            #expect(text == "/ok")
        }
    }

    @Test("A malformed response is a clear error of that request only")
    func malformed() async throws {
        try await withHTTP2Peer { peer, _ in
            let first = try peer.request().stream
            try peer.headers(first, [":status": "200", "Upper": "x"])
            #expect(try peer.next(.reset).number == 1)
            let second = try peer.request().stream
            try peer.headers(second, [":status": "200", "content-length": "5"])
            try peer.data(second, "abc", ends: true)
            let third = try peer.request().stream
            try peer.data(third, "abc")
            #expect(try peer.next(.reset).stream == third)
            try peer.echoPaths()
        } test: { client, url in
            let first = await failure { _ = try await client.get(url) }
            #expect("\(String(describing: first))".contains("field name"))
            let response = try await client.get(url)
            let second = await failure { _ = try await response.collect() }
            #expect("\(String(describing: second))".contains("shorter than announced"))
            let third = await failure { _ = try await client.get(url) }
            guard case .malformedMessage = third else { Issue.record("\(String(describing: third))"); return }
            let text = try await client.get("\(url)/ok").text()
            #expect(text == "/ok")
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("A server that is silent in the middle is given up after the time for reading; the others go on")
    func readTimeout() async throws {
        try await withHTTP2Peer {
            $0.readTimeout = .milliseconds(1500)
        } script: { peer, _ in
            let stream = try peer.request().stream
            #expect(try peer.next(.reset).stream == stream)
            try peer.echoPaths()
        } test: { client, url in
            let port = try #require(Int(url.split(separator: ":").last ?? ""))
            await #expect(
                throws: HTTPClientError.timedOut(.read, host: "127.0.0.1", port: port, after: .milliseconds(1500))
            ) { try await client.get(url) }
            let text = try await client.get("\(url)/ok").text()
            #expect(text == "/ok")
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("The time for all of a request is kept")
    func totalTimeout() async throws {
        try await withHTTP2Peer {
            $0.totalTimeout = .milliseconds(100)
        } script: { peer, _ in
            let stream = try peer.request().stream
            try peer.headers(stream, [":status": "200"])
            #expect(try peer.next(.reset).stream == stream)
        } test: { client, url in
            let error = await #expect(throws: HTTPClientError.self) { try await client.get(url).collect() }
            guard case .timedOut(.total, _, _, _) = error else { Issue.record("\(String(describing: error))"); return }
        }
    }
}
