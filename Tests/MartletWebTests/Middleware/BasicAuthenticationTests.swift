import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("Basic authentication (RFC 7617)")
struct BasicAuthenticationTests {
    private static let handler: HTTPServer.Handler = { request in
        try await request.response.end("Hello, \(request[BasicAuthentication.UserKey.self] ?? "nobody")")
    }

    private static func basic(_ text: String) -> String { "Basic \(Base64.encode(text.utf8))" }

    private static let challenge = "Basic realm=\"the \\\"vault\\\"\", charset=\"UTF-8\""

    /// `Authorization`, and the text for the user; nil for 401.
    private static let credentials: [(field: String?, text: String?)] = [
        (basic("Aladdin:open sesame"), "Hello, Aladdin"), (basic("J\u{FC}rgen:a:\u{A3}"), "Hello, J\u{FC}rgen"),
        ("bASIC  QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Hello, Aladdin"),
        (nil, nil), ("", nil), ("Basic", nil), ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ", nil), ("Basic @", nil),
        ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==, a=b", nil), (basic("Aladdin"), nil), (basic("Aladdin:"), nil),
        (basic("Aladdin:open says me"), nil), (basic("aladdin:open sesame"), nil), (basic("Aladdin:a:\u{A3}"), nil),
        (basic("Aladdin:open sesame\u{0}"), nil), (basic(":"), nil), ("Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", nil),
        // The name in its other form of Unicode, and a password in ISO 8859-1.
        (basic("Ju\u{308}rgen:a:\u{A3}"), nil), ("Basic \(Base64.encode(Array("J\u{FC}rgen:a:".utf8) + [0xA3]))", nil),
    ]

    @Test("lets users of a list in, and answers 401 to others", arguments: Transport.allCases)
    func list(transport: Transport) async throws {
        let users = ["Aladdin": "open sesame", "J\u{FC}rgen": "a:\u{A3}"]
        let login = try BasicAuthentication(realm: "the \"vault\"", users: users)
        try await withServer(over: transport, .bare, login.wrapping(Self.handler)) { server, client in
            for (field, text) in Self.credentials {
                let request = try client.open(.get, server.url)
                request.headers[.authorization] = field
                let response = try await request.end()
                #expect(response.status == (text == nil ? .unauthorized : .ok), "\(field ?? "-")")
                #expect(response.headers[.wwwAuthenticate] == (text == nil ? Self.challenge : nil))
                let content = try await response.text()
                if let text { #expect(content == text) } else { #expect(!content.contains("Hello")) }
            }
        }
    }

    @Test("asks a closure, whose errors are answered as those of handlers", arguments: Transport.allCases)
    func closure(transport: Transport) async throws {
        let login = try BasicAuthentication(realm: "a") { username, password in
            if username == "error" { throw HTTPError(.serviceUnavailable) }
            return password == username + username
        }
        try await withServer(over: transport, .bare, login.wrapping(Self.handler)) { server, client in
            for (text, status) in [("a:aa", 200), ("a:b", 401), (":", 200), ("error:", 503)] {
                let request = try client.open(.post, server.url)
                request.headers[.authorization] = Self.basic(text)
                #expect(try await request.end().status.code == status, "\(text)")
            }
        }
    }

    @Test("answers what a client that knows the credentials asks")
    func client() async throws {
        let login = try BasicAuthentication(realm: "a", users: ["a": "b"])
        try await withServer(.bare, login.wrapping(Self.handler)) { server in
            let text = try await server.transcript(of: "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(
                text == "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"a\", charset=\"UTF-8\"\r\n"
                    + "Connection: close\r\nContent-Length: 40\r\n\r\nA user name and a password are required."
            )
            let url = server.url.replacing("http://", with: "http://a:b@")
            let client = makeClient()
            #expect(try await client.get(url).text() == "Hello, a")
            await client.close(force: true)
        }
    }

    @Test("keeps the challenge in error pages, and leaves alone what the server refuses")
    func around() async throws {
        let login = try BasicAuthentication(realm: "a", users: ["a": "b"])
        try await withBoundServer(.bare) { server in
            let serving = Task { try await server.serve(around: [ErrorPages(), login], Self.handler) }
            let page = try await server.response(to: get("/", "Accept: application/problem+json"))
            #expect(page.status == 401)
            #expect(page["WWW-Authenticate"] == "Basic realm=\"a\", charset=\"UTF-8\"")
            #expect(page["Content-Type"] == "application/problem+json")
            let refused = try await server.response(to: "GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(refused.status == 400 && refused["WWW-Authenticate"] == nil)
            await server.close(force: true)
            try await serving.value
        }
    }

    @Test("can't be made of what can't be sent")
    func invalid() {
        for realm in ["", "a\n", "a\u{0}", "\u{7F}", "\u{FC}", "a\tb"] {
            #expect(throws: MiddlewareError.invalidRealm(realm)) {
                _ = try BasicAuthentication(realm: realm, users: ["a": "b"])
            }
            #expect(throws: MiddlewareError.invalidRealm(realm)) {
                _ = try BasicAuthentication(realm: realm) { _, _ in true }
            }
            #expect(MiddlewareError.invalidRealm(realm).description.hasPrefix(realm.debugDescription))
        }
        for name in ["", "a:b", "a\n", "\u{7F}"] {
            #expect(throws: MiddlewareError.invalidUsername(name)) {
                _ = try BasicAuthentication(realm: "a", users: [name: "b"])
            }
            #expect(MiddlewareError.invalidUsername(name).description.hasPrefix(name.debugDescription))
        }
        for password in ["", "a\r", "\u{0}"] {
            #expect(throws: MiddlewareError.invalidPassword(username: "a")) {
                _ = try BasicAuthentication(realm: "a", users: ["a": password])
            }
        }
        #expect(MiddlewareError.invalidPassword(username: "a").description.contains("\"a\""))
    }
}
