import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization
import Testing

@testable import Martlet

/// What is queued is not sent: a connection is used again when its socket has taken the whole request before.
@Suite("HTTPClient: requests that were not sent to their end", .timeLimit(.minutes(5)))
struct HTTPClientUnsentTests {
    /// More than the buffers of both sockets take.
    private static let large = HTTPRequestBody.buffer(ByteBuffer(repeating: 0x61, count: 20_000_000))
    private static var unknownLength: HTTPRequestBody {
        let pieces = AsyncStream<ByteBuffer> { continuation in
            for _ in 0..<200 { continuation.yield(ByteBuffer(repeating: 0x61, count: 100_000)) }
            continuation.finish()
        }
        return .stream(pieces)
    }

    @Test(
        "C2: after an early answer to a large upload the next request has another connection",
        arguments: [200, 201, 302, 401, 413, 500],
        [true, false]
    )
    func early(status: Int, isWhole: Bool) async throws {
        let outcomes = Events<String>()
        let gate = Gate()
        try await ScriptedServer.run { connection, number in
            if number == 0 {
                try connection.readHead()
                try connection.write("HTTP/1.1 \(status) X\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nno")
                // Nothing is read until the next request has been answered.
                gate.wait()
            } else {
                try connection.readHead()
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
                gate.open()
                outcomes.add(try connection.readToEnd())
            }
        } while: { server in
            let client = makeClient { $0.readTimeout = .seconds(5) }
            let body = isWhole ? Self.large : Self.unknownLength
            let request = try client.open(.post, server.url)
            request.followsRedirects = false
            let refused = try await request.end(body)
            #expect(refused.status.code == status)
            let reason = try await refused.text()
            #expect(reason == "no")
            let next = try await client.get(server.url).text()
            #expect(next == "1")
            #expect(server.connectionCount == 2)
            await client.close()
            let received = try await outcomes.next()
            #expect(received == "")
        }
    }

    @Test("C2: a content that the server has read before it answers leaves the connection to the next request")
    func whole() async throws {
        try await ScriptedServer.run { connection, number in
            for _ in 0..<3 {
                let head = try connection.readHead()
                if head.hasPrefix("POST") { try connection.readBytes(count: 20_000_000) }
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
            }
            try connection.readToEnd()
        } while: { server in
            let client = makeClient()
            for body in [Self.large, nil, Self.large] as [HTTPRequestBody?] {
                let text = try await client.send(body == nil ? .get : .post, server.url, body: body).text()
                #expect(text == "0")
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("C2: over TLS, too")
    func secure() async throws {
        let certificates = try await Certificates.make()
        let mayEnd = Shared(false)
        try await withSecureServer(certificates.security) { request in
            guard request.method == .post else { return try await request.response.end("next") }
            let socket = try await request.response.detachSocket(writeHeaders: false)
            try await socket.write("HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno")
            // The content is not read.
            while !mayEnd.value { try await Task.sleep(for: .milliseconds(5)) }
            await socket.close()
        } test: { server in
            let client = certificates.makeClient {
                $0.http2 = .never
                $0.readTimeout = .seconds(5)
            }
            let refused = try await client.post(server.url, body: Self.large)
            #expect(refused.status == .contentTooLarge)
            let reason = try await refused.text()
            #expect(reason == "no")
            let next = try await client.get(server.url).text()
            #expect(next == "next")
            mayEnd.change { $0 = true }
        }
    }

    @Test("C2: over HTTP/2 the stream is reset, and the connection goes on", arguments: [200, 413])
    func http2(status: Int) async throws {
        try await withHTTP2Peer { peer, _ in
            let upload = try peer.request().stream
            try peer.headers(upload, [":status": "\(status)"])
            try peer.data(upload, "no", ends: true)
            while true {
                let frame = try peer.next()
                if frame.type == .reset {
                    #expect(frame.stream == upload)
                    break
                }
                #expect(frame.type == .data && frame.stream == upload)
            }
            try peer.echoPaths()
        } test: { client, url in
            let refused = try await client.post(url, body: Self.large)
            #expect(refused.status.code == status)
            let text = try await refused.text()
            #expect(text == "no")
            let next = try await client.get("\(url)/next").text()
            #expect(next == "/next")
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("C2: a refusal in place of 100 Continue leaves no connection that waits for the content")
    func refusedExpectation() async throws {
        let rest = Events<String>()
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            let status = number == 0 ? "417 No" : "200 OK"
            try connection.write("HTTP/1.1 \(status)\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n\(number)")
            rest.add(try connection.readToEnd())
        } while: { server in
            let client = makeClient { $0.expectContinueTimeout = .seconds(60) }
            let refused = try await client.post(server.url, body: Self.large, headers: [.expect: "100-continue"])
            #expect(refused.status.code == 417)
            let reason = try await refused.text()
            #expect(reason == "0")
            let received = try await rest.next()
            #expect(received == "")
            let next = try await client.get(server.url).text()
            #expect(next == "1")
        }
    }
}
