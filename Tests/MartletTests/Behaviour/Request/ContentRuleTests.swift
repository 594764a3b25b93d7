import HTTPTypes
import HTTPWire
import Martlet
import Testing

@Suite("What a content says of itself")
struct ContentRuleTests {
    /// Reads the content in the way that the target says.
    private static let reading: HTTPServer.Handler = { request in
        switch request.target {
        case "/json": try await request.response.end("\(try await request.json())")
        case "/any-json": try await request.response.end("\(try await request.json(requiresType: false))")
        case "/typed": try await request.response.end("\(try await request.json([Int].self))")
        case "/text": try await request.response.end(try await request.text())
        case "/collect": try await request.response.end(try await request.collect())
        default: try await request.response.end(try await request.body.collect(upTo: 1_000))
        }
    }

    private func ask(_ target: String, _ content: String, _ fields: [String]) async throws -> RawResponse {
        let head = "POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: \(content.utf8.count)\r\n"
        let answer = Events<RawResponse>()
        try await withServer(.bare, Self.reading) { server in
            answer.add(try await server.response(to: head + fields.map { $0 + "\r\n" }.joined() + "\r\n" + content))
        }
        return try await answer.next()
    }

    @Test(
        "S11: a content in a content coding is refused by all that read it as what its type says",
        arguments: ["/json", "/any-json", "/typed", "/text", "/collect"],
        ["gzip", "GZIP", "identity, gzip", "br", "x-unknown", "deflate,", "gzip, gzip"]
    )
    func coded(target: String, coding: String) async throws {
        let response = try await ask(target, "[1]", ["Content-Type: application/json", "Content-Encoding: \(coding)"])
        #expect(response.statusLine == "HTTP/1.1 415 Unsupported Media Type")
        #expect(response["Accept-Encoding"] == "identity")
        #expect(response.text == "The content has a Content-Encoding; send it without one.")
    }

    @Test("S11: identity is no coding, and `body` is the content as it was sent")
    func identity() async throws {
        let type = "Content-Type: application/json"
        for coding in ["identity", "Identity", "identity, identity", "", ","] {
            let response = try await ask("/typed", "[1]", [type, "Content-Encoding: \(coding)"])
            #expect(response.text == "[1]", "\(coding)")
        }
        #expect(try await ask("/body", "[1]", [type, "Content-Encoding: gzip"]).text == "[1]")
        // Nothing is there to be coded.
        #expect(try await ask("/text", "", ["Content-Encoding: gzip"]).status == 200)
    }

    @Test("S11: over every transport", arguments: Transport.allCases)
    func codedOver(transport: Transport) async throws {
        try await withServer(over: transport, .bare, Self.reading) { server, client in
            let response = try await client.post(
                server.url + "json",
                body: .json([1]),
                headers: [.contentEncoding: "gzip"]
            )
            #expect(response.status == .unsupportedMediaType)
            #expect(response.headers[.acceptEncoding] == "identity")
        }
    }

    @Test(
        "S19: JSON is what says that it is",
        arguments: [
            "application/json", "application/json; charset=utf-8", "Application/JSON", "application/ld+json",
            "application/vnd.api+json;version=1", "application/problem+json",
        ]
    )
    func json(type: String) async throws {
        for target in ["/json", "/typed"] {
            #expect(try await ask(target, "[1]", ["Content-Type: \(type)", "Origin: http://b"]).text == "[1]")
        }
    }

    @Test(
        "S19: what a form or a script can send without asking is not JSON",
        arguments: [
            ["Content-Type: text/plain"], ["Content-Type: text/plain; charset=utf-8"],
            ["Content-Type: application/x-www-form-urlencoded"], ["Content-Type: multipart/form-data; boundary=b"],
            ["Content-Type: application/json+x"], ["Content-Type: text/plain; a=application/json"],
            ["Content-Type: application/jsonx"], ["Content-Type: +json"], ["Content-Type:"],
            ["Content-Type: application/json", "Content-Type: text/plain"],
            // A Blob of a page, without a type.
            ["Origin: http://b"], ["Origin: null"],
        ]
    )
    func notJSON(fields: [String]) async throws {
        for target in ["/json", "/typed"] {
            let response = try await ask(target, "[1]", fields)
            #expect(response.status == 415)
            #expect(response["Accept"] == "application/json")
            #expect(response.text == "The content is not application/json.")
        }
        #expect(try await ask("/any-json", "[1]", fields).text == "[1]")
        #expect(try await ask("/text", "[1]", ["Content-Type: text/plain"]).text == "[1]")
    }

    @Test("S19: a program need not say that it sends JSON")
    func untyped() async throws {
        #expect(try await ask("/typed", "[1]", []).text == "[1]")
    }

    @Test(
        "S20: what is wrong with JSON is told in one sentence",
        arguments: [
            ("", 400, "it is empty"), (" \r\n", 400, "it is empty"),
            ("[", 400, "the end comes too early at line 1, column 2"),
            ("nope", 400, "unexpected \"o\" at line 1, column 2"), ("{}", 422, ""),
            ("[null]", 422, "expected Int, found null at [0]"),
            ("[\"a\"]", 422, "expected Int at [0]"), ("[1.5]", 422, ""),
        ]
    )
    func sentences(content: String, status: Int, reason: String) async throws {
        let response = try await ask("/typed", content, ["Content-Type: application/json", "Accept: text/plain"])
        #expect(response.status == status)
        let text = response.text
        #expect(text.hasPrefix("The content is not the expected JSON: "), "\(text)")
        if !reason.isEmpty { #expect(text.hasSuffix("JSON: \(reason)."), "\(text)") }
        #expect(text.hasSuffix(".") && !text.hasSuffix("..") && !text.contains(". at"), "\(text)")
    }

    @Test("S20: every error that answers for itself ends with one full stop")
    func fullStops() {
        let errors: [any HTTPResponseError] = [
            HTTPBodyError.tooLarge(limit: 5), HTTPBodyError.tooSlow,
            HTTPBodyError.malformed(HTTPParseError(.invalidChunkSize, at: 3)), MultipartError.noParts,
            MultipartError.unsupportedMediaType(wanted: "a/b or c/d"), MultipartError.truncated,
            QueryParameters.ParsingError.tooMany(limit: 3), QueryParameters.ParsingError.decoding(.invalidUTF8),
            PercentEncoding.DecodingError.invalidEscape(offset: 3),
        ]
        for error in errors {
            let text = error.answer.message
            #expect(text.hasSuffix(".") && !text.hasSuffix(".."), "\(text)")
        }
    }
}
