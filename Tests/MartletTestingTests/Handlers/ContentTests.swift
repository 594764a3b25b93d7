import HTTPTypes
import Martlet
import MartletTesting
import MartletWeb
import NIOCore
import Testing

@Suite("Content, over every carrier")
struct ContentTests {
    typealias Carrier = TestServer.Carrier

    /// Sends back what it gets.
    private static func echo(_ carrier: Carrier) -> TestServer {
        TestServer(over: carrier) { request in
            request.response.headers[.contentType] = request.headers[.contentType]
            for try await bytes in request.body { try await request.response.write(bytes) }
        }
    }

    @Test("goes both ways", arguments: Carrier.allCases)
    func both(carrier: Carrier) async throws {
        let answer = try await Self.echo(carrier).post("/", body: .text("Grüße 🐦"))
        #expect(answer.text == "Grüße 🐦")
        #expect(answer.headers[.contentType] == "text/plain; charset=utf-8")
    }

    @Test("of a few MiB goes both ways at once", arguments: Carrier.allCases)
    func large(carrier: Carrier) async throws {
        let bytes = ByteBuffer(bytes: (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 7) })
        #expect(try await Self.echo(carrier).post("/", body: .buffer(bytes)).body == bytes)
    }

    @Test("of unknown length is streamed", arguments: Carrier.allCases)
    func stream(carrier: Carrier) async throws {
        let (pieces, continuation) = AsyncStream<ByteBuffer>.makeStream()
        for word in ["one ", "two ", "three"] { continuation.yield(ByteBuffer(string: word)) }
        continuation.finish()
        #expect(try await Self.echo(carrier).post("/", body: .stream(pieces)).text == "one two three")
    }

    @Test("of a form is parsed", arguments: Carrier.allCases)
    func form(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            let form = try await request.form()
            try await request.response.end("\(form["name"] ?? "") \(form["job"] ?? "")")
        }
        #expect(try await app.post("/", body: .form(["name": "Han Solo", "job": "a+b"])).text == "Han Solo a+b")
    }

    @Test("with files is parsed", arguments: Carrier.allCases)
    func upload(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            let form = try await request.form()
            let file = form.file("picture")
            try await request.response.end("\(form["title"] ?? ""), \(file?.fileName ?? "none")")
        }
        var form = MultipartFormData()
        form.append("A bird", named: "title")
        form.append(.bytes(ByteBuffer(string: "PNG")), named: "picture", fileName: "bird.png")
        #expect(try await app.post("/", body: .multipart(form)).text == "A bird, bird.png")
    }

    @Test("of the query is decoded", arguments: Carrier.allCases)
    func query(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            try await request.response.end("\(request.url.query ?? "") \(request.url.queryParameters["a"] ?? "")")
        }
        #expect(try await app.get("/?a=b%26c&d").text == "a=b%26c&d b&c")
    }

    @Test("that is no JSON is refused with its place", arguments: Carrier.allCases)
    func malformed(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            let number = try await request.json(Int.self)
            try await request.response.end("\(number)")
        }
        let answer = try await app.post("/", body: .text("[1,", contentType: "application/json"))
        #expect(answer.status == .badRequest)
        #expect(answer.text.contains("line 1"))
    }

    @Test("that is too long is refused", arguments: Carrier.allCases)
    func tooLong(carrier: Carrier) async throws {
        var configuration = HTTPServer.Configuration()
        configuration.maximumCollectedBytes = 10
        let app = TestServer(over: carrier, configuration: configuration) { request in
            try await request.response.end(try await request.text())
        }
        #expect(try await app.post("/", body: "0123456789").text == "0123456789")
        #expect(try await app.post("/", body: "0123456789a").status == .contentTooLarge)
    }

    @Test("can be followed by fields", arguments: Carrier.allCases)
    func trailers(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            try await request.response.write("sum")
            request.response.trailers = [.eTag: "\"1\""]
            try await request.response.end()
        }
        let answer = try await app.get("/")
        #expect(answer.text == "sum")
        #expect(answer.trailers == [.eTag: "\"1\""])
    }

    @Test("is compressed for those who want that", arguments: Carrier.allCases)
    func compression(carrier: Carrier) async throws {
        var configuration = HTTPServer.Configuration()
        configuration.autoCompress = true
        let app = TestServer(over: carrier, configuration: configuration) { request in
            try await request.response.end(String(repeating: "la", count: 2_000))
        }
        let plain = try await app.get("/")
        #expect(plain.body.readableBytes == 4_000)
        let small = try await app.get("/", headers: [.acceptEncoding: "gzip"])
        #expect(small.headers[.contentEncoding] == "gzip")
        #expect(small.body.readableBytes < 200)
    }

    @Test("of a file, or a part of it", arguments: Carrier.allCases)
    func file(carrier: Carrier) async throws {
        let directory = #filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        let app = TestServer(VirtualDirectory(directory), over: carrier)
        let answer = try await app.get("/ContentTests.swift", headers: [.range: "bytes=0-15"])
        #expect(answer.status == .partialContent)
        #expect(answer.text == "import HTTPTypes")
        #expect(try await app.get("/ContentTests.swift").text.hasSuffix("}\n"))
        #expect(try await app.get("/nowhere").status == .notFound)
    }

    @Test("that the client has is not sent again", arguments: Carrier.allCases)
    func fresh(carrier: Carrier) async throws {
        let app = TestServer(over: carrier, around: [try EntityTags(upTo: 1_024)]) { request in
            try await request.response.end("the same")
        }
        let tag = try #require(try await app.get("/").headers[.eTag])
        let answer = try await app.get("/", headers: [.ifNoneMatch: tag])
        #expect(answer.status == .notModified)
        #expect(answer.text == "")
    }

    @Test("comes as events", arguments: Carrier.allCases)
    func events(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            try await request.sendEvents { events in
                for number in 1...3 { try await events.send(try ServerSentEvent("\(number)", name: "count")) }
            }
        }
        var data: [String] = []
        for try await event in try await app.events("/") {
            data.append("\(event.name) \(event.data)")
            if data.count == 3 { break }
        }
        #expect(data == ["count 1", "count 2", "count 3"])
    }
}
