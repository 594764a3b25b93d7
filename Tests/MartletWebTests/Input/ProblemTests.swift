import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("Problem reports (RFC 9457)")
struct ProblemTests {
    private struct Failure: Error {}

    private static let credit = Problem(
        .forbidden,
        "The balance is 30.",
        type: "https://example.com/no-credit",
        title: "Not enough credit",
        instance: "/account/12345",
        extensions: ["balance": 30, "accounts": ["/a", "/b"], "status": 7, "": 1],
        headers: [.retryAfter: "5"]
    )

    private static let handler: HTTPServer.Handler = { request in
        switch request.url.path {
        case "/credit": throw credit
        case "/bare": throw Problem(.conflict)
        case "/odd": throw Problem(.badRequest, extensions: ["number": Double.infinity])
        case "/error": throw HTTPError(.notFound, "There is no \"note\".", headers: [.allow: "GET"])
        case "/typed": throw HTTPError(.badRequest, "<a/>", headers: [.contentType: "text/xml"])
        case "/fault": throw Failure()
        default:
            request.response.headers[.vary] = "Origin"
            throw AnsweredError(credit, answer: HTTPError(.gone))
        }
    }

    private static let creditText =
        #"{"accounts":["/a","/b"],"balance":30,"detail":"The balance is 30.","instance":"/account/12345","status":403,"#
        + #""title":"Not enough credit","type":"https://example.com/no-credit"}"#
    private static let errorText = #"{"detail":"There is no \"note\".","status":404,"title":"Not Found"}"#
    private static let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    private static let axios = "application/json, text/plain, */*"

    /// Path, `Accept`, status, the report, or else the text of the answer.
    private static let answers: [(String, String?, Int, report: String?, text: String)] = [
        ("credit", nil, 403, creditText, ""), ("credit", "*/*", 403, creditText, ""),
        ("credit", "application/json", 403, creditText, ""), ("credit", axios, 403, creditText, ""),
        ("credit", "text/plain", 403, nil, "The balance is 30."),
        ("credit", "application/json;q=0.5, text/plain", 403, nil, "The balance is 30."),
        ("bare", nil, 409, #"{"status":409,"title":"Conflict"}"#, ""), ("bare", "text/plain", 409, nil, "Conflict"),
        ("odd", nil, 400, #"{"status":400,"title":"Bad Request"}"#, ""),
        ("error", nil, 404, nil, "There is no \"note\"."), ("error", "*/*", 404, nil, "There is no \"note\"."),
        ("error", "application/json", 404, errorText, ""), ("error", axios, 404, errorText, ""),
        ("error", "application/problem+json", 404, errorText, ""), ("error", "application/*", 404, errorText, ""),
        ("error", "application/json;q=0.1, text/plain;q=0.2", 404, nil, "There is no \"note\"."),
        ("error", "image/png", 404, nil, "There is no \"note\"."),
        ("fault", "application/json", 500, #"{"status":500,"title":"Internal Server Error"}"#, ""),
        ("gone", "application/json", 410, #"{"status":410,"title":"Gone"}"#, ""),
        ("typed", "application/json", 400, nil, "<a/>"),
    ]

    @Test("are the answer for clients that prefer JSON, with error pages too", arguments: Transport.allCases)
    func negotiation(transport: Transport) async throws {
        for handler in [Self.handler, ErrorPages().wrapping(Self.handler)] {
            try await withServer(over: transport, .bare, handler) { server, client in
                for (path, accept, status, report, text) in Self.answers {
                    let headers: HTTPFields = accept.map { [.accept: $0] } ?? [:]
                    let response = try await client.get(server.url + path, headers: headers)
                    #expect(response.status.code == status)
                    let type = response.headers.contentType?.essence
                    if report != nil { #expect(type == "application/problem+json", "\(path) \(accept ?? "-")") }
                    if path == "credit" { #expect(response.headers[.retryAfter] == "5") }
                    if report != nil || path == "credit" {
                        #expect(response.headers.contains(token: "accept", in: .vary), "\(path)")
                    }
                    #expect(try await response.text() == report ?? text, "\(path) \(accept ?? "-")")
                }
            }
        }
    }

    @Test("are pages for browsers where there are any", arguments: Transport.allCases)
    func pages(transport: Transport) async throws {
        try await withServer(over: transport, .bare, ErrorPages().wrapping(Self.handler)) { server, client in
            let response = try await client.get(server.url + "credit", headers: [.accept: Self.browser])
            #expect(response.headers[.contentType] == "text/html; charset=utf-8")
            let page = try await response.text()
            #expect(page.contains("<h1>Not enough credit</h1>\n<p>The balance is 30.</p>"))
        }
        try await withServer(over: transport, .bare, Self.handler) { server, client in
            let response = try await client.get(server.url + "credit", headers: [.accept: Self.browser])
            #expect(response.headers[.contentType] == "application/problem+json")
            let plain = try await client.get(server.url + "error", headers: [.accept: Self.browser])
            #expect(plain.headers[.contentType] == nil)
        }
    }

    @Test("keep what the response depended on before")
    func bytes() async throws {
        try await withServer(.bare, Self.handler) { server in
            let text = try await server.transcript(of: get("/", "Accept: application/json", "Connection: close"))
            #expect(
                text == "HTTP/1.1 410 Gone\r\nVary: Origin\r\nContent-Type: application/problem+json\r\n"
                    + "Vary: Accept\r\nConnection: close\r\nContent-Length: 29\r\n\r\n{\"status\":410,\"title\":\"Gone\"}"
            )
            let head = try await server.response(to: "HEAD /bare HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(head["Content-Length"] == "33" && head.text.isEmpty)
            let plain = try await server.transcript(of: get("/error", "Connection: close"))
            #expect(
                plain == "HTTP/1.1 404 Not Found\r\nAllow: GET\r\nConnection: close\r\nContent-Length: 19\r\n\r\n"
                    + "There is no \"note\"."
            )
        }
    }

    @Test("have extensions in the server's format")
    func format() async throws {
        struct Balance: Encodable { var inCents = 3_000 }
        let configuration = HTTPServer.Configuration.bare.with { $0.json = JSONFormat(keys: .snakeCase) }
        try await withServer(configuration, { _ in throw Problem(.conflict, extensions: ["theBalance": Balance()]) }) {
            let response = try await $0.response(to: get())
            #expect(response.text == #"{"status":409,"the_balance":{"in_cents":3000},"title":"Conflict"}"#)
        }
    }

    @Test("are read by clients", arguments: Transport.allCases)
    func client(transport: Transport) async throws {
        let handler: HTTPServer.Handler = { request in
            switch request.url.path {
            case "/wrong":
                // Members of other types than the RFC has are ignored, as is another status.
                let text = #"{"type":1,"title":[],"status":"x","detail":"d","instance":null,"a":{"b":1}}"#
                throw HTTPError(.badRequest, text, headers: [.contentType: "application/problem+json; charset=utf-8"])
            case "/array": throw HTTPError(.badRequest, "[1]", headers: [.contentType: "application/problem+json"])
            case "/long":
                let text = String(repeating: "a", count: 100)
                throw HTTPError(.badRequest, text, headers: [.contentType: "application/problem+json"])
            default: try await Self.handler(request)
            }
        }
        try await withServer(over: transport, .bare, handler) { server, client in
            let credit = try #require(try await client.get(server.url + "credit").problem())
            #expect(credit.status == .forbidden && credit.title == "Not enough credit")
            #expect(credit.type == "https://example.com/no-credit" && credit.detail == "The balance is 30.")
            #expect(credit.instance == "/account/12345" && credit.headers[.retryAfter] == "5")
            #expect(try credit.decode("accounts", as: [String].self) == ["/a", "/b"])
            #expect(try credit.decode("none", as: Int.self) == nil)
            #expect(throws: DecodingError.self) { _ = try credit.decode("balance", as: String.self) }
            let wrong = try #require(try await client.get(server.url + "wrong").problem())
            #expect(wrong.type == "about:blank" && wrong.title == nil && wrong.detail == "d" && wrong.instance == nil)
            #expect(wrong.status == .badRequest && Set(wrong.extensions.keys) == ["a"])
            let array = try await client.get(server.url + "array").problem()
            #expect(array == nil)
            let error = try await client.get(server.url + "error")
            let none = try await error.problem()
            #expect(none == nil)
            #expect(try await error.text() == "There is no \"note\".")
            let long = try await client.get(server.url + "long")
            await #expect(throws: HTTPBodyError.tooLarge(limit: 99)) { _ = try await long.problem(upTo: 99) }
        }
    }
}
