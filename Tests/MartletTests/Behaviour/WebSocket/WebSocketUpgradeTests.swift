import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("WebSocket.upgrade")
struct WebSocketUpgradeTests {
    static let request = get(
        "/",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    )
    static let answer =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

    static func requestWith(_ fields: String...) -> String {
        String(request.dropLast()) + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    @Test("answers RFC 6455's example, and echoes what came with it")
    func example() async throws {
        try await withEcho { server in
            let client = try await server.connect()
            client.send(ByteBuffer(string: Self.request))
            client.send(ByteBuffer(bytes: hexBytes("81 85 37 fa 21 3d 7f 9f 4d 51 58")))
            #expect(try await client.receive(through: "\r\n\r\n") == Self.answer)
            #expect(try await client.receive(7) == "\u{FFFD}\u{5}Hello")
        }
    }

    @Test("leaves the default headers out and the handler's own in")
    func headers() async throws {
        var configuration = HTTPServer.Configuration.bare
        configuration.defaultResponseHeaders = HTTPServer.standardResponseHeaders
        try await withServer(configuration) { request in
            request.response.headers[.server] = "martlet"
            request.response.cookies = [try SetCookie(name: "a", value: "b")]
            let socket = try await WebSocket.upgrade(request)
            await socket.close()
        } test: { server in
            let client = try await server.connect()
            client.send(Self.request)
            let head = try await client.receive(through: "\r\n\r\n").lowercased()
            #expect(head.contains("server: martlet\r\n"))
            #expect(head.contains("set-cookie: a=b"))
            #expect(!head.contains("x-frame-options"))
            #expect(!head.contains("content-"))
        }
    }

    @Test(
        "refuses requests that are none",
        arguments: [
            (get(), 400), (request.replacing("GET", with: "POST"), 400),
            (request.replacing("HTTP/1.1", with: "HTTP/1.0"), 400),
            (request.replacing("websocket", with: "h2c"), 400),
            (request.replacing("Connection: Upgrade\r\n", with: ""), 400),
            (request.replacing("dGhl", with: "d"), 400), (request.replacing("13\r\n", with: "8\r\n"), 426),
            (requestWith("Content-Length: 2") + "hi", 400), (requestWith("Origin: https://evil.example"), 403),
            (requestWith("Origin: null"), 403), (requestWith("Sec-WebSocket-Protocol: a b"), 400),
        ] as [(String, Int)]
    )
    func refuses(_ text: String, _ status: Int) async throws {
        try await withEcho { server in
            let response = try await server.response(to: text)
            #expect(response.status == status)
            #expect(!response.text.isEmpty)
            #expect(response["Sec-WebSocket-Version"] == (status == 426 ? "13" : nil))
            #expect(response["Upgrade"] == (status == 426 ? "websocket" : nil))
        }
    }

    @Test(
        "accepts the pages of its own host, and others where it is told to",
        arguments: [
            (.same, "http://a", true), (.same, "https://a", true), (.same, "http://a:80", true),
            (.same, "http://a:81", false),
            (.same, "http://b", false), (.any, "http://b", true), (.only("https://b"), "https://b", true),
            (.only("https://b"), "http://b", false), (.only("https://b"), "http://a", false),
        ] as [(AllowedOrigins, String, Bool)]
    )
    func origins(_ allowed: AllowedOrigins, _ origin: String, _ isAccepted: Bool) async throws {
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request, allowedOrigins: allowed)
            await socket.close()
        } test: { server in
            let client = try await server.connect()
            client.send(Self.requestWith("Origin: \(origin)"))
            let status = try await client.receive(through: "\r\n").split(separator: " ")[1]
            #expect(status == (isAccepted ? "101" : "403"))
        }
    }

    @Test("tells a request for a WebSocket from others")
    func detection() async throws {
        try await withServer { request in
            try await request.response.end("\(WebSocket.isUpgradeRequest(request))")
        } test: { server in
            for (text, answer) in [(Self.request, "true"), (get(), "false")] {
                let response = try await server.response(to: text)
                #expect(response.text == answer)
            }
        }
    }

    @Test("lets the server choose a subprotocol")
    func protocols() async throws {
        try await withServer { request in
            let socket =
                if request.target == "/selector" {
                    try await WebSocket.upgrade(request) { $0.last }
                } else if request.target == "/wrong" {
                    try await WebSocket.upgrade(request) { _ in "other" }
                } else {
                    try await WebSocket.upgrade(request, protocols: ["b", "c"])
                }
            try await socket.send(socket.protocol ?? "none")
            _ = try await socket.receive()
        } test: { server in
            for (target, offered, chosen) in [
                ("/", ["a", "b", "c"], "b"), ("/", ["a"], nil), ("/", [], nil), ("/selector", ["a", "b"], "b"),
            ] {
                let socket = try await WebSocket.connect(
                    "\(server.webSocketURL)\(target.dropFirst())",
                    protocols: offered
                )
                #expect(socket.protocol == chosen)
                #expect(try await socket.receive() == .text(chosen ?? "none"))
                await socket.close()
            }
            await #expect(
                throws: WebSocketError.notUpgraded(url: server.webSocketURL + "wrong", status: .internalServerError)
            ) {
                _ = try await WebSocket.connect(server.webSocketURL + "wrong", protocols: ["a"])
            }
        }
    }
}
