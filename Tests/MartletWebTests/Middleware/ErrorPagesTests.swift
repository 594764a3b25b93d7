import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("Error pages")
struct ErrorPagesTests {
    private struct Failure: Error {}

    private static let handler: HTTPServer.Handler = { request in
        switch request.target {
        case "/thrown": throw HTTPError(.notFound, "There is no <b>\"it\"</b>.", headers: [.allow: "GET"])
        case "/failure": throw Failure()
        case "/json": throw HTTPError(.badRequest, "{}", headers: [.contentType: "application/json"])
        case "/set": request.response.status = .forbidden
        case "/written":
            request.response.status = .forbidden
            try await request.response.end("mine")
        case "/redirect": throw HTTPError(.found, headers: [.location: "/"])
        case "/late":
            try await request.response.write("part")
            try await request.response.flush()
            throw Failure()
        default: try await request.response.end("fine")
        }
    }

    private static let browser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

    @Test("are plain text unless the client likes something else better")
    func plain() async throws {
        try await withServer(.bare, ErrorPages().wrapping(Self.handler)) { server in
            for accept in [[], ["Accept: */*"], ["Accept: text/*"], ["Accept: image/png"]] {
                let request = "GET /thrown HTTP/1.1\r\nHost: a\r\n" + accept.map { $0 + "\r\n" }.joined() + "\r\n"
                let response = try await server.response(to: request)
                #expect(response.statusLine == "HTTP/1.1 404 Not Found")
                #expect(response["Content-Type"] == "text/plain; charset=utf-8")
                #expect(response["Allow"] == "GET")
                #expect(response["Vary"] == "Accept")
                #expect(response.text == "There is no <b>\"it\"</b>.")
            }
        }
    }

    @Test("are HTML for browsers, with everything escaped and nothing from elsewhere")
    func html() async throws {
        try await withServer(.bare, ErrorPages().wrapping(Self.handler)) { server in
            let response = try await server.response(to: get("/thrown", Self.browser))
            #expect(response["Content-Type"] == "text/html; charset=utf-8")
            #expect(response["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'")
            #expect(response.text.contains("<title>404 Not Found</title>"))
            #expect(response.text.contains("<p>There is no &lt;b&gt;&quot;it&quot;&lt;/b&gt;.</p>"))
            #expect(response.text.contains("prefers-color-scheme: dark"))
            #expect(!response.text.contains("<script") && !response.text.contains("http"))
            let head = try await server.response(to: "HEAD /thrown HTTP/1.1\r\nHost: a\r\n\(Self.browser)\r\n\r\n")
            #expect(head["Content-Length"] == "\(response.content.count)")
        }
    }

    @Test("are problem reports for programs (RFC 9457)", arguments: ["application/json", "application/problem+json"])
    func json(type: String) async throws {
        try await withServer(.bare, ErrorPages().wrapping(Self.handler)) { server in
            let response = try await server.response(to: get("/thrown", "Accept: \(type)"))
            #expect(response["Content-Type"] == "application/problem+json")
            #expect(response.text == #"{"detail":"There is no <b>\"it\"</b>.","status":404,"title":"Not Found"}"#)
            let other = try await server.response(to: get("/set", "Accept: \(type)"))
            #expect(other.text == #"{"status":403,"title":"Forbidden"}"#)
        }
    }

    @Test("say nothing of failures, which are reported as they are")
    func failures() async throws {
        let errors = Events<any Error>()
        let configuration = HTTPServer.Configuration.bare.with { $0.onError = { error, _ in errors.add(error) } }
        try await withServer(configuration, ErrorPages().wrapping(Self.handler)) { server in
            let response = try await server.response(to: get("/failure", Self.browser))
            #expect(response.status == 500)
            #expect(response.text.contains("Internal Server Error") && !response.text.contains("Failure"))
            #expect(try await errors.next() is Failure)
            let torn = try await server.transcript(of: get("/late", Self.browser))
            #expect(torn.hasSuffix("4\r\npart\r\n"))
        }
    }

    @Test("take the place of empty errors, and of nothing else")
    func others() async throws {
        try await withServer(.bare, ErrorPages().wrapping(Self.handler)) { server in
            let set = try await server.response(to: get("/set", Self.browser))
            #expect(set.text.contains("<h1>Forbidden</h1>"))
            #expect(try await server.response(to: get("/written", Self.browser)).text == "mine")
            #expect(try await server.response(to: get("/json", Self.browser)).text == "{}")
            #expect(try await server.response(to: get("/", Self.browser)).text == "fine")
            let redirect = try await server.response(to: get("/redirect", Self.browser))
            #expect(redirect.status == 302 && redirect["Location"] == "/" && redirect["Content-Type"] == nil)
        }
    }

    @Test("can be one's own")
    func own() async throws {
        let pages = ErrorPages { error, request in
            error.status == .notFound ? ErrorPages.Page("\(request.target)?", mediaType: .csv) : nil
        }
        try await withServer(.bare, pages.wrapping(Self.handler)) { server in
            let response = try await server.response(to: get("/thrown", Self.browser))
            #expect(response.text == "/thrown?")
            #expect(response["Content-Type"] == "text/csv; charset=utf-8")
            #expect(response["Content-Security-Policy"] == nil)
            #expect(try await server.response(to: get("/set")).text == "Forbidden")
        }
    }
}
