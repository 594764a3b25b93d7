import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

/// What a server refuses itself goes through what stands around the handler.
@Suite("S12: a request that the server refuses", .timeLimit(.minutes(5)))
struct RefusalTests {
    /// What stands around the handler has seen of a request.
    private struct Seen: Equatable, CustomStringConvertible {
        var method: String
        var target: String
        var version: String
        var fields: [String]
        var refusal: Int?
        var status: Int?

        var description: String {
            "\(method) \(target) HTTP/\(version) \(fields) \(refusal.map(String.init) ?? "-") -> \(status ?? 0)"
        }
    }

    private func withServer(
        _ configuration: HTTPServer.Configuration = .bare,
        _ handler: @escaping HTTPServer.Handler = { try await $0.response.end("fine") },
        test: (HTTPServer, Events<Seen>) async throws -> Void
    ) async throws {
        let seen = Events<Seen>()
        try await withBoundServer(configuration) { server in
            let serving = Task {
                try await server.serve(around: [
                    Around { handler in
                        { request in
                            #expect(request.remoteAddress == .loopbackIPv4)
                            let head = Seen(
                                method: request.method.rawValue,
                                target: request.target,
                                version: "\(request.version)",
                                fields: request.headers.map { "\($0.name): \($0.value)" },
                                refusal: request.refusal?.status.code
                            )
                            request.response.onCompletion { summary in
                                var head = head
                                head.status = summary.status?.code
                                seen.add(head)
                            }
                            request.response.headers[.accessControlAllowOrigin] = "*"
                            do {
                                try await handler(request)
                            } catch {
                                var answer = HTTPError(answering: error)
                                answer.message = "{\(answer.status.code)}"
                                throw AnsweredError(error, answer: answer)
                            }
                        }
                    }
                ]) { request in
                    #expect(request.refusal == nil, "the handler sees no such request")
                    try await handler(request)
                }
            }
            try await test(server, seen)
            await server.close(force: true)
            try await serving.value
        }
    }

    @Test(
        "is seen around the handler with what could be read of it, and answered there",
        arguments: [
            (
                "GET /\u{1} HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n\r\n",
                "GET /%01 HTTP/1.1 [\"Host: a\", \"Origin: http://b\"] 400 -> 400"
            ),
            ("GET /api/%zz HTTP/1.1\r\nHost: a\r\n\r\n", "GET /api/%zz HTTP/1.1 [\"Host: a\"] 400 -> 400"),
            ("GET / HTTP/1.1\r\nAccept: text/html\r\n\r\n", "GET / HTTP/1.1 [\"Accept: text/html\"] 400 -> 400"),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1 [\"Host: a\", \"Host: b\"] 400 -> 400"),
            ("GET / HTTP/1.1\r\nHost : a\r\nA: b\r\n\r\n", "GET / HTTP/1.1 [\"A: b\"] 400 -> 400"),
            ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", "GET / HTTP/1.1 [\"Host: a\"] 505 -> 505"),
            ("GET  HTTP/1.1\r\nHost: a\r\n\r\n", "GET  HTTP/1.1 [\"Host: a\"] 400 -> 400"),
            (
                "PUT /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "PUT /x HTTP/1.0 [\"Transfer-Encoding: chunked\"] 400 -> 400"
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                "POST / HTTP/1.1 [\"Host: a\", \"Transfer-Encoding: gzip, chunked\"] 501 -> 501"
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST / HTTP/1.1 [\"Host: a\", \"Content-Length: 1\", \"Content-Length: 2\"] 400 -> 400"
            ),
            ("\u{16}\u{3}\u{1}\r\n\r\n", "- %16%03%01 HTTP/1.1 [] 400 -> 400"),
            (
                "GET / HTTP/1.1\r\nHost: a\r\n\u{0}: x\r\nB: \u{7}\r\nC: d\r\n\r\n",
                "GET / HTTP/1.1 [\"Host: a\", \"C: d\"] 400 -> 400"
            ),
        ]
    )
    func refused(text: String, expected: String) async throws {
        try await withServer { server, seen in
            for isFirst in [true, false] {
                let client = try await server.connect()
                // After another request the same holds as on a new connection.
                if !isFirst {
                    client.send(get())
                    #expect(try await client.response().text == "fine")
                    #expect(try await seen.next().refusal == nil)
                }
                client.send(text)
                let response = try await client.response()
                #expect(response["Connection"] == "close")
                #expect(response["Access-Control-Allow-Origin"] == "*")
                #expect(response.text == "{\(response.status)}")
                #expect(try await "\(seen.next())" == expected)
                #expect(try await client.expectEnd())
            }
        }
    }

    @Test("in pieces of any size, or at the end of the input")
    func pieces() async throws {
        try await withServer { server, seen in
            for size in [1, 7, 1_000] {
                let client = try await server.connect()
                try await client.send("GET / HTTP/1.1\r\nA: b\r\n\r\n", inPiecesOf: size)
                #expect(try await client.response().text == "{400}")
                #expect(try await "\(seen.next())" == "GET / HTTP/1.1 [\"A: b\"] 400 -> 400")
            }
            let client = try await server.connect()
            client.send("GET /half HTTP/1.1\r\nHost: a\r\nAcc")
            client.finishSending()
            #expect(try await client.response().text == "{400}")
            #expect(try await "\(seen.next())" == "GET /half HTTP/1.1 [\"Host: a\"] 400 -> 400")
        }
    }

    @Test("to HEAD has no content")
    func head() async throws {
        try await withServer { server, seen in
            let text = try await server.transcript(of: "HEAD / HTTP/1.1\r\n\r\n")
            #expect(
                text == "HTTP/1.1 400 Bad Request\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n"
                    + "Content-Length: 5\r\n\r\n"
            )
        }
    }

    @Test("since its head is too large, too long, or too slow")
    func limits() async throws {
        let configuration = HTTPServer.Configuration.bare.with {
            $0.headLimits.headBytes = 400
            $0.headLimits.startLineBytes = 100
            $0.headTimeout = .seconds(1)
        }
        try await withServer(configuration) { server, seen in
            let path = "/" + String(repeating: "p", count: 200)
            #expect(try await server.response(to: get(path)).text == "{414}")
            #expect(try await seen.next().target.hasPrefix("/ppp"))
            #expect(try await server.response(to: get("/", "A: " + String(repeating: "x", count: 500))).text == "{431}")
            let large = try await seen.next()
            #expect(large.method == "GET" && large.target == "/" && large.refusal == 431 && large.status == 431)
            let slow = try await server.connect()
            slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n")
            #expect(try await slow.response().text == "{408}")
            #expect(try await "\(seen.next())" == "GET /slow HTTP/1.1 [\"Host: a\"] 408 -> 408")
            #expect(try await slow.expectEnd())
        }
    }

    @Test("is no error of the handler's, whatever its status")
    func reports() async throws {
        let errors = Events<any Error>()
        try await withServer(.bare.with { $0.onError = { error, _ in errors.add(error) } }) { server, seen in
            #expect(try await server.response(to: "GET / HTTP/9.9\r\nHost: a\r\n\r\n").status == 505)
            _ = try await seen.next()
            #expect(errors.all.isEmpty)
        }
    }

    @Test("over HTTP/2 has a stream of its own, and the connection goes on")
    func http2() async throws {
        try await withServer(.priorKnowledge.with { $0.headLimits.fieldCount = 3 }) { server, seen in
            let client = try await server.beginHTTP2()
            client.send(.request(3, "GET", "/a b", [("origin", "http://b")]))
            let reply = try await client.reply(3)
            #expect(reply[":status"] == "400")
            #expect(reply["access-control-allow-origin"] == "*")
            #expect(reply.text == "{400}")
            let spaced = try await seen.next()
            #expect(
                spaced.method == "GET" && spaced.target == "/a%20b" && spaced.refusal == 400 && spaced.status == 400
            )
            #expect(spaced.fields.contains("origin: http://b"))
            client.send(.request(5, "POST", "/many", [("a", "b"), ("c", "d"), ("e", "f"), ("g", "h")], end: false))
            client.send(.data(5, "content"))
            #expect(try await client.reply(5).text == "{431}")
            #expect(try await seen.next().target == "/many")
            client.send(.request(7))
            #expect(try await client.reply(7).text == "fine")
        }
    }

    @Test("is answered as it always was, byte for byte, where nothing stands around the handler or changes anything")
    func transcripts() async throws {
        for (limits, requests) in Dictionary(grouping: MalformedRequests.all, by: \.limits) {
            let configuration = HTTPServer.Configuration.bare.with { if let limits { $0.headLimits = limits } }
            let answers = Events<[String]>()
            for isAround in [false, true] {
                try await withBoundServer(configuration) { server in
                    let serving = Task {
                        try await server.serve(around: isAround ? [Around { $0 }] : []) { _ = try await $0.collect() }
                    }
                    var texts: [String] = []
                    for request in requests where !request.bytes.starts(with: "HEAD ".utf8) {
                        let client = try await server.connect()
                        client.send(ByteBuffer(bytes: request.bytes))
                        texts.append(try await client.receiveToEnd())
                    }
                    answers.add(texts)
                    await server.close(force: true)
                    try await serving.value
                }
            }
            let before = try await answers.next()
            let after = try await answers.next()
            for (before, after) in zip(before, after) { #expect(before == after) }
        }
    }
}
