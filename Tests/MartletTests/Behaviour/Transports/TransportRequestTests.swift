import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("A request, over every transport", .timeLimit(.minutes(5)))
struct TransportRequestTests {
    @Test("brings method, target, version, fields and cookies", arguments: Transport.allCases)
    func head(transport: Transport) async throws {
        let seen = Events<[String]>()
        try await withServer(over: transport) { request in
            seen.add([
                "\(request.method) \(request.target)",
                "\(request.url.path) \(request.url.query ?? "-")",
                request.headers[values: .accept].joined(separator: " + "),
                request.cookies.map { "\($0.name)=\($0.value)" }.joined(separator: " + "),
                request.requestedURL,
                "\(request.version) \(request.tlsVersion != nil) \(request.contentLength ?? -1)",
            ])
            #expect(request.connectionInfo?.remoteAddress == .loopbackIPv4)
        } test: { server, client in
            let request = try client.open(.delete, server.url + "a%20b/c?x=1&y=%2F")
            request.headers.append(HTTPField(name: .accept, value: "text/html"))
            request.headers.append(HTTPField(name: .accept, value: "*/*;q=0.1"))
            request.cookies = [try Cookie(name: "a", value: "1"), try Cookie(name: "b", value: "2")]
            let response = try await request.end()
            #expect(response.version == transport.version)
            let head = try await seen.next()
            #expect(
                head == [
                    "DELETE /a%20b/c?x=1&y=%2F", "/a%20b/c x=1&y=%2F", "text/html + */*;q=0.1", "a=1 + b=2",
                    "\(server.url)a%20b/c?x=1&y=%2F", "\(transport.version) \(transport.isSecure) 0",
                ]
            )
        }
    }

    @Test("brings content with a length and without, and none", arguments: Transport.allCases)
    func content(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            let length = request.contentLength.map { "\($0)" } ?? "-"
            try await request.response.end("\(length) \(try await request.text())")
        } test: { server, client in
            let whole = try await client.post(server.url, body: "hello").text()
            #expect(whole == "5 hello")
            let parts = AsyncStream<ByteBuffer> { continuation in
                for word in ["one ", "two ", "three"] { continuation.yield(ByteBuffer(string: word)) }
                continuation.finish()
            }
            let streamed = try await client.post(server.url, body: .stream(parts)).text()
            #expect(streamed == "- one two three")
            let empty = try await client.post(server.url, body: "").text()
            #expect(empty == "0 ")
        }
    }

    @Test("brings much content, as fast as the handler reads it", arguments: Transport.allCases)
    func muchContent(transport: Transport) async throws {
        let size = 20_000_000
        let sent = Shared(0)
        let arrived = Events<Void>()
        let proceed = Events<Void>()
        try await withServer(over: transport) { request in
            arrived.add()
            try await proceed.next()
            var count = 0
            for try await bytes in request.body { count += bytes.readableBytes }
            try await request.response.end("\(count)")
        } test: { server, client in
            let (url, piece) = (server.url, ByteBuffer(repeating: 0x61, count: 50_000))
            let answer = Task {
                let request = try client.open(.put, url)
                for _ in 0..<size / 50_000 {
                    try await request.write(piece)
                    sent.change { $0 += 50_000 }
                }
                return try await request.end().text()
            }
            try await arrived.next()
            // It comes to a stand, because nobody reads.
            var before = -1
            try await eventually {
                defer { before = sent.value }
                try await Task.sleep(for: .milliseconds(50))
                return sent.value == before
            }
            #expect(sent.value < size)
            proceed.add()
            let count = try await answer.value
            #expect(count == "\(size)")
        }
    }

    @Test("brings trailers", arguments: Transport.allCases)
    func trailers(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            _ = try await request.collect()
            try await request.response.end(try await request.trailers[.checksum] ?? "none")
        } test: { server, client in
            let request = try client.open(.post, server.url)
            request.trailers = [.checksum: "abc"]
            try await request.write("content")
            let text = try await request.end().text()
            #expect(text == "abc")
        }
    }

    @Test("that expects 100-continue sends its content when the handler asks for it", arguments: Transport.allCases)
    func expectContinue(transport: Transport) async throws {
        try await withServer(over: transport, client: { $0.expectContinueTimeout = .seconds(60) }) { request in
            guard request.target == "/take" else { throw HTTPError(.contentTooLarge, "No.") }
            try await request.response.end("\(try await request.collect().readableBytes)")
        } test: { server, client in
            for (target, status, text) in [
                ("take", HTTPResponse.Status.ok, "100000"), ("refuse", .contentTooLarge, "No."),
            ] {
                let body = HTTPRequestBody.buffer(ByteBuffer(repeating: 0x61, count: 100_000))
                let response = try await client.post(
                    server.url + target,
                    body: body,
                    headers: [.expect: "100-continue"]
                )
                #expect(response.status == status)
                let answer = try await response.text()
                #expect(answer == text)
            }
        }
    }

    @Test("with more content than is accepted is answered 413", arguments: Transport.allCases)
    func tooMuch(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            _ = try await request.collect(upTo: 1000)
        } test: { server, client in
            let response = try await client.post(server.url, body: .buffer(ByteBuffer(repeating: 0, count: 1001)))
            #expect(response.status == .contentTooLarge)
        }
    }

    @Test("with an endless head is answered 431", arguments: Transport.allCases)
    func headTooLarge(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            try await request.response.end("fine")
        } test: { server, client in
            let fields = HTTPFields((0..<99).map { HTTPField(name: .init("x-\($0)") ?? .accept, value: "1") })
            let many = try await client.get(server.url, headers: fields + fields)
            #expect(many.status == .requestHeaderFieldsTooLarge)
            let after = try await client.get(server.url).text()
            #expect(after == "fine")
        }
    }

    @Test("can be answered before its content has come", arguments: Transport.allCases)
    func earlyAnswer(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            try await request.response.end("early")
        } test: { server, client in
            let request = try client.open(.post, server.url)
            request.contentLength = 10_000_000
            let piece = ByteBuffer(repeating: 0, count: 100_000)
            do {
                for _ in 0..<100 { try await request.write(piece) }
            } catch {
                // Nobody wants the rest.
            }
            let text = try await request.end().text()
            #expect(text == "early")
        }
    }

    @Test("comes many at once", arguments: Transport.allCases)
    func concurrent(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            try await Task.sleep(for: .milliseconds(1))
            try await request.response.end(request.target)
        } test: { server, client in
            let url = server.url
            let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask { try await client.get("\(url)\(number)").text() != "/\(number)" }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(wrong == 0)
        }
    }
}

extension HTTPField.Name {
    fileprivate static let checksum = HTTPField.Name("x-checksum") ?? .eTag
}
