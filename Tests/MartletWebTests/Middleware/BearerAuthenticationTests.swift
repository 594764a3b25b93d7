import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("Bearer authentication (RFC 6750)")
struct BearerAuthenticationTests {
    private struct Account {
        var number: Int
    }

    private enum AccountKey: RequestStorageKey {
        typealias Value = Account
    }

    private static let handler: HTTPServer.Handler = { request in
        try await request.response.end("Account \(request[AccountKey.self]?.number ?? 0)")
    }

    private static func authentication() throws -> BearerAuthentication<AccountKey> {
        let secret = SecretText("mF_9.B5f-4.1JqM")
        return try BearerAuthentication(AccountKey.self, realm: "notes") { token in
            if token == "narrow" { throw HTTPError(.forbidden) }
            return secret.matches(token) ? Account(number: 7) : nil
        }
    }

    /// `Authorization`, the status, and what the challenge has after its realm; nil for no challenge.
    private static let credentials: [(field: String?, status: Int, rest: String?)] = [
        ("Bearer mF_9.B5f-4.1JqM", 200, nil), ("bearer  mF_9.B5f-4.1JqM", 200, nil),
        (nil, 401, ""), ("Basic bUZfOS5CNWYtNC4xSnFNOg==", 401, ""), ("Negotiate", 401, ""),
        ("Bearer mF_9.B5f-4.1JqN", 401, ", error=\"invalid_token\""), ("Bearer =", 400, ", error=\"invalid_request\""),
        ("Bearer mf_9.B5f-4.1JqM", 401, ", error=\"invalid_token\""),
        ("Bearer", 400, ", error=\"invalid_request\""), ("", 400, ", error=\"invalid_request\""),
        ("Bearer a b", 400, ", error=\"invalid_request\""), ("Bearer a=b", 400, ", error=\"invalid_request\""),
        ("Bearer mF_9.B5f-4.1JqM, x", 400, ", error=\"invalid_request\""), ("@", 400, ", error=\"invalid_request\""),
        ("Bearer narrow", 403, nil),
    ]

    @Test("lets valid tokens in", arguments: Transport.allCases)
    func tokens(transport: Transport) async throws {
        let handler = try Self.authentication().wrapping(Self.handler)
        try await withServer(over: transport, .bare, handler) { server, client in
            for (field, status, rest) in Self.credentials {
                let request = try client.open(.get, server.url)
                request.headers[.authorization] = field
                let response = try await request.end()
                #expect(response.status.code == status, "\(field ?? "-")")
                #expect(response.headers[.wwwAuthenticate] == rest.map { "Bearer realm=\"notes\"\($0)" })
                let content = try await response.text()
                #expect(content.contains("Account") == (status == 200))
                if status == 200 { #expect(content == "Account 7") }
            }
        }
    }

    @Test("refuses two different tokens, and leaves alone what the server refuses")
    func bytes() async throws {
        try await withBoundServer(.bare) { server in
            let authentication = try Self.authentication()
            let serving = Task { try await server.serve(around: [authentication], Self.handler) }
            let text = try await server.transcript(
                of: "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer mF_9.B5f-4.1JqM\r\n"
                    + "Authorization: Bearer b\r\n\r\n"
            )
            #expect(
                text == "HTTP/1.1 400 Bad Request\r\n"
                    + "WWW-Authenticate: Bearer realm=\"notes\", error=\"invalid_request\"\r\n"
                    + "Connection: close\r\nContent-Length: 30\r\n\r\nThe credentials are malformed."
            )
            let refused = try await server.response(to: "GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(refused.status == 400 && refused["WWW-Authenticate"] == nil)
            await server.close(force: true)
            try await serving.value
        }
    }

    @Test("leaves the credentials of other schemes to handlers", arguments: Transport.allCases)
    func others(transport: Transport) async throws {
        try await withServer(over: transport, .bare) { request in
            let authorization = request.authorization
            let text = "\(authorization?.scheme ?? "-") \(authorization?.parameters["key"] ?? "-")"
            try await request.response.end(text)
        } test: { server, client in
            for (field, text) in [(nil, "- -"), ("Custom key=\"a b\"", "Custom a b"), ("Custom, a", "- -")] {
                let request = try client.open(.get, server.url)
                request.headers[.authorization] = field
                #expect(try await request.end().text() == text)
            }
        }
    }

    @Test("can't be made with an invalid realm")
    func invalid() {
        for realm in ["", "a\r\nb", "\u{FC}"] {
            #expect(throws: MiddlewareError.invalidRealm(realm)) {
                _ = try BearerAuthentication(AccountKey.self, realm: realm) { _ in nil }
            }
        }
    }
}
