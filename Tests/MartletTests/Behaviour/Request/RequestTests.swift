import HTTPTypes
import HTTPWire
import Martlet
import Testing

@Suite("HTTPServerRequest")
struct RequestTests {
    /// Serves what `describe` says about the request.
    private func expect(
        _ expected: String,
        for request: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ describe: @escaping @Sendable (HTTPServerRequest) async throws -> String
    ) async throws {
        try await withServer { request in
            try await request.response.end(try await describe(request))
        } test: { server in
            let response = try await server.response(to: request)
            #expect(response.text == expected, sourceLocation: sourceLocation)
        }
    }

    @Test(
        "has the method as sent, whatever token that is",
        arguments: ["GET", "PATCH", "get", "X-1", "M!#$%&'*+-.^_`|~"]
    )
    func method(name: String) async throws {
        try await expect(name, for: "\(name) / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method.rawValue }
    }

    @Test(
        "S9: reads what clients send raw",
        arguments: [
            ("/caf\u{E9}?q=100%&r=\u{E9}", "/caf%C3%A9 caf\u{E9} 100% \u{E9} http://a/caf%C3%A9?q=100%&r=%C3%A9"),
            ("http://b/\u{E9}?q=%", "/%C3%A9 \u{E9} % - http://b/%C3%A9?q=%"),
            (
                "/{a}\"b\"<c>`\\d?q=%zz",
                "/%7Ba%7D%22b%22%3Cc%3E%60%5Cd {a}\"b\"<c>`\\d %zz - "
                    + "http://a/%7Ba%7D%22b%22%3Cc%3E%60%5Cd?q=%zz"
            ),
        ]
    )
    func raw(target: String, expected: String) async throws {
        try await expect(expected, for: get(target)) { request in
            let query = try request.url.queryParameters
            let segments = try request.url.pathSegments.joined(separator: "|")
            return "\(request.url.path) \(segments) \(query["q"] ?? "-") \(query["r"] ?? "-") \(request.requestedURL)"
        }
    }

    @Test("has the raw target, and its parts")
    func target() async throws {
        let target = "/a%2Fb/c%20d?x=1&x=2&y=a+b%21"
        try await expect(target, for: get(target)) { $0.target }
        try await expect("[\"a/b\", \"c d\"] [\"1\", \"2\"] a b!", for: get(target)) { request in
            let query = try request.url.queryParameters
            return "\(try request.url.pathSegments) \(query.all("x")) \(query["y"] ?? "")"
        }
    }

    @Test("has the fields, whatever their case, in order and repeated")
    func headers() async throws {
        let request = "GET / HTTP/1.1\r\nhOST: a\r\nX-Two: 1\r\nx-two:2 \r\nAccept:\t*/*\r\nEmpty:\r\n\r\n"
        try await expect("a|*/*|[\"1\", \"2\"]||nil", for: request) { request in
            let headers = request.headers
            let two = HTTPField.Name("x-two").map { headers[values: $0] } ?? []
            let empty = HTTPField.Name("empty").flatMap { headers[$0] } ?? "nil"
            return "\(headers[.hostField] ?? "")|\(headers[.accept] ?? "")|\(two)|\(empty)|\(headers[.cookie] ?? "nil")"
        }
    }

    @Test("has the cookies, as they were sent")
    func cookies() async throws {
        let request = get("/", "Cookie: a=1; bad; d=", "Cookie: a=2")
        try await expect("a=1|bad|d=|a=2", for: request) { $0.cookies.map(\.description).joined(separator: "|") }
    }

    @Test("has the length of the content if that is known")
    func contentLength() async throws {
        try await expect("0", for: get()) { "\($0.contentLength ?? -1)" }
        try await expect("0", for: post("")) { "\($0.contentLength ?? -1)" }
        try await expect("5", for: post("12345")) { "\($0.contentLength ?? -1)" }
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        try await expect("-1", for: chunked) { "\($0.contentLength ?? -1)" }
    }

    @Test(
        "knows the version and whether the connection persists",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "1.1 true"),
            ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "1.1 false"),
            ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", "1.1 false"),
            ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", "1.1 true"),
            ("GET / HTTP/1.0\r\n\r\n", "1.0 false"),
            ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "1.0 true"),
        ]
    )
    func version(request: String, expected: String) async throws {
        try await expect(expected, for: request) { request in
            "\(request.version == .http1_0 ? "1.0" : "1.1") \(request.isPersistent)"
        }
    }

    @Test("knows both ends of its connection")
    func connectionInfo() async throws {
        try await withServer { request in
            let info = try #require(request.connectionInfo)
            #expect(request.response.connectionInfo == info)
            try await request.response.end(
                "\(info.remoteAddress):\(info.remotePort) \(info.localAddress):\(info.localPort)"
            )
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            #expect(
                try await client.response().text == "127.0.0.1:\(client.localPort) 127.0.0.1:\(server.port)"
            )
        }
    }
}
