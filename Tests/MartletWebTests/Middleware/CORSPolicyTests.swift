import HTTPTypes
import Martlet
import MartletWeb
import Testing

@Suite("CORS (Fetch Standard)")
struct CORSPolicyTests {
    private static let plain: HTTPServer.Handler = { request in
        switch request.target {
        case "/404": throw HTTPError(.notFound, "No.", headers: [.vary: "Accept"])
        case "/500": throw CancellationError()
        default: try await request.response.end("\(request.method)")
        }
    }

    private func preflight(_ fields: String...) -> String {
        "OPTIONS /a HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    private let ask = ["Origin: https://a.example", "Access-Control-Request-Method: PUT"]

    @Test("lets everybody in by default, without credentials")
    func any() async throws {
        try await withServer(.bare, try CORSPolicy().wrapping(Self.plain)) { server in
            let response = try await server.response(to: get("/", "Origin: https://a.example"))
            #expect(
                response.description
                    == "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 3\r\n\r\nGET"
            )
            // F5: a cache may keep the answer to a request without an Origin for a page that has one.
            let other = try await server.response(to: get())
            #expect(other.description == response.description)
        }
    }

    @Test("answers preflight requests")
    func preflights() async throws {
        try await withServer(.bare, try CORSPolicy(methods: [.get, .put]).wrapping(Self.plain)) { server in
            let request = preflight(
                ask[0],
                ask[1],
                "Access-Control-Request-Headers: content-type,x-a",
                "Access-Control-Request-Headers: b d, authorization"
            )
            let response = try await server.response(to: request)
            #expect(
                response.description == """
                    HTTP/1.1 204 No Content\r
                    Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\r
                    Access-Control-Allow-Origin: *\r
                    Access-Control-Allow-Methods: GET, PUT\r
                    Access-Control-Allow-Headers: content-type, x-a, authorization\r
                    Access-Control-Max-Age: 600\r
                    \r

                    """
            )
        }
    }

    @Test("leaves OPTIONS requests that ask for no permission to the handler")
    func otherOptions() async throws {
        try await withServer(.bare, try CORSPolicy().wrapping(Self.plain)) { server in
            for request in [preflight(), preflight(ask[0]), preflight(ask[1])] {
                let response = try await server.response(to: request)
                #expect(response.text == "OPTIONS")
            }
        }
    }

    @Test("reflects origins of a list only, and says that it depends on them")
    func list() async throws {
        let policy = try CORSPolicy(
            origins: .only(["https://a.example", "http://localhost:8080"]),
            requestHeaders: .only([.contentType]),
            exposedHeaders: [.eTag, .serverTiming],
            allowsCredentials: true,
            maxAge: nil
        )
        try await withServer(.bare, policy.wrapping(Self.plain)) { server in
            let allowed = try await server.response(to: get("/", "Origin: https://a.example"))
            #expect(allowed["Access-Control-Allow-Origin"] == "https://a.example")
            #expect(allowed["Access-Control-Allow-Credentials"] == "true")
            #expect(allowed["Access-Control-Expose-Headers"] == "ETag, Server-Timing")
            #expect(allowed["Vary"] == "Origin")
            for origin in [
                "https://b.example", "https://a.example.evil", "http://a.example", "null", "HTTPS://A.EXAMPLE",
            ] {
                let refused = try await server.response(to: get("/", "Origin: \(origin)"))
                #expect(refused.description == "HTTP/1.1 200 OK\r\nVary: Origin\r\nContent-Length: 3\r\n\r\nGET")
                let preflight = try await server.response(to: preflight("Origin: \(origin)", ask[1]))
                #expect(preflight.status == 204)
                #expect(preflight.fields.map(\.name) == ["Vary"])
            }
            let none = try await server.response(to: get())
            #expect(none["Vary"] == "Origin")
            let preflight = try await server.response(
                to: preflight(ask[0], ask[1], "Access-Control-Request-Headers: x-a")
            )
            #expect(preflight["Access-Control-Allow-Origin"] == "https://a.example")
            #expect(preflight["Access-Control-Allow-Credentials"] == "true")
            #expect(preflight["Access-Control-Allow-Headers"] == "Content-Type")
            #expect(preflight["Access-Control-Max-Age"] == nil)
        }
    }

    @Test("asks a closure")
    func matching() async throws {
        let policy = try CORSPolicy(origins: .matching { $0.hasSuffix(".example") }, allowsCredentials: true)
        try await withServer(.bare, policy.wrapping(Self.plain)) { server in
            let allowed = try await server.response(to: get("/", "Origin: https://b.example"))
            #expect(allowed["Access-Control-Allow-Origin"] == "https://b.example")
            let refused = try await server.response(to: get("/", "Origin: https://b.test"))
            #expect(refused["Access-Control-Allow-Origin"] == nil)
        }
    }

    @Test("lets pages read errors too, which are reported as they are")
    func errors() async throws {
        let errors = Events<any Error>()
        let policy = try CORSPolicy(origins: .only(["https://a.example"]))
        try await withServer(.bare.with { $0.onError = { error, _ in errors.add(error) } }, policy.wrapping(Self.plain))
        { server in
            let response = try await server.response(to: get("/404", "Origin: https://a.example"))
            #expect(response.statusLine == "HTTP/1.1 404 Not Found")
            #expect(response.text == "No.")
            #expect(response["Access-Control-Allow-Origin"] == "https://a.example")
            #expect(response["Vary"] == "Accept, Origin")
            let failure = try await server.response(to: get("/500", "Origin: https://a.example"))
            #expect(failure.status == 503)
            #expect(failure["Access-Control-Allow-Origin"] == "https://a.example")
            #expect(try await errors.next() is CancellationError)
        }
    }

    @Test("speaks for private networks when told to")
    func privateNetwork() async throws {
        let asks = preflight(ask[0], ask[1], "Access-Control-Request-Private-Network: true")
        for allows in [true, false] {
            try await withServer(.bare, try CORSPolicy(allowsPrivateNetwork: allows).wrapping(Self.plain)) { server in
                let response = try await server.response(to: asks)
                #expect(response["Access-Control-Allow-Private-Network"] == (allows ? "true" : nil))
            }
        }
    }

    @Test("can't be made to give credentials to everybody, or of origins that no browser sends")
    func impossible() throws {
        #expect(throws: CORSPolicy.PolicyError.credentialsForAnyOrigin) { try CORSPolicy(allowsCredentials: true) }
        for origin in [
            "https://a.example/", "a.example", "https://a.example:443", "https://A.example", "*", "", "http://a/b",
        ] {
            #expect(throws: CORSPolicy.PolicyError.invalidOrigin(origin)) { try CORSPolicy(origins: .only([origin])) }
        }
        _ = try CORSPolicy(origins: .only(["null", "http://[::1]:8080", "chrome-extension://abc"]))
    }

    @Test("the tutorial's three fields")
    func tutorial() async throws {
        try await withServer { request in
            request.response.addCORSHeaders()
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response["Access-Control-Allow-Origin"] == "*")
            #expect(response["Access-Control-Allow-Methods"] == "POST, OPTIONS")
            #expect(response["Access-Control-Allow-Headers"] == "Origin, X-Requested-With, Content-Type, Accept")
        }
    }
}
