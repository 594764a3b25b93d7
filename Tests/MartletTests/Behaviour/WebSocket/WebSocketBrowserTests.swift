import HTTPTypes
import Martlet
import NIOCore
import TestBrowser
import Testing

/// WebSockets as a browser speaks them.
@Suite("WebSockets of Chromium", .browser, .timeLimit(.minutes(5)))
struct WebSocketBrowserTests {
    /// Sends texts and bytes, says goodbye when all have come back, and tells what happened.
    private static let echo = """
        const url = arguments[0], protocols = arguments[1];
        return new Promise(resolve => {
          const socket = new WebSocket(url, protocols), long = 'long '.repeat(50000), said = [];
          socket.binaryType = 'arraybuffer';
          socket.onopen = () => {
            socket.send('Grüße, 🐦');
            socket.send('');
            socket.send(new Uint8Array([0, 1, 255]));
            socket.send(long);
          };
          socket.onmessage = ({ data }) => {
            said.push(typeof data !== 'string' ? [...new Uint8Array(data)].join() : data === long ? 'long' : data);
            if (said.length === 4) socket.close(4000, 'enough');
          };
          socket.onclose = event =>
            resolve([...said, event.code, event.reason, event.wasClean, socket.protocol, socket.extensions]);
        });
        """

    /// Opens a WebSocket, sends what it is given, and tells how the end came.
    private static let end = """
        const url = arguments[0], message = arguments[1];
        return new Promise(resolve => {
          const socket = new WebSocket(url);
          socket.onopen = () => socket.send(message);
          socket.onclose = event => resolve([event.code, event.reason, event.wasClean]);
        });
        """

    private static func handler(closings: Events<String>, compression: WebSocketCompression) -> HTTPServer.Handler {
        { request in
            guard request.url.path == "/ws" else { return try await request.response.end("a page") }
            let socket = try await WebSocket.upgrade(request, protocols: ["echo"], compression: compression)
            for try await message in socket {
                if message == .text("go away") {
                    try await socket.close(code: WebSocketCloseCode(rawValue: 4001), reason: "wie gewünscht")
                } else {
                    try await socket.send(message)
                }
            }
            closings.add("\(socket.closeCode?.rawValue ?? 0) \(socket.closeReason ?? "")")
        }
    }

    /// What ``echo`` tells. The server says the code again, and the reason is the browser's own.
    private static func echoed(protocol name: String, extensions: String) -> JSONValue {
        .array([
            .string("Grüße, 🐦"), .string(""), .string("0,1,255"), .string("long"), .integer(4000), .string(""),
            .bool(true), .string(name), .string(extensions),
        ])
    }

    @Test("carry texts and bytes, compressed or not, and close codes in both directions")
    func messages() async throws {
        for compression in [WebSocketCompression.on, .off] {
            let closings = Events<String>()
            let handler = Self.handler(closings: closings, compression: compression)
            try await withServer(.bare, handler) { server in
                let url = JSONValue.string("ws://127.0.0.1:\(server.port)/ws")
                try await Browser.withPage(server.url) { page in
                    let said = try await page.run(Self.echo, url, .array([.string("chat"), .string("echo")]))
                    let extensions = compression == .off ? "" : "permessage-deflate"
                    #expect(said == Self.echoed(protocol: "echo", extensions: extensions))
                    let closing = try await closings.next()
                    #expect(closing == "4000 enough")

                    let end = try await page.run(Self.end, url, .string("go away"))
                    #expect(end == .array([.integer(4001), .string("wie gewünscht"), .bool(true)]))
                    let large = String(repeating: "x", count: WebSocket.defaultMaximumMessageSize + 1)
                    let refusal = try await page.run(Self.end, url, .string(large))
                    #expect(refusal[0] == .integer(1009))
                }
            }
        }
    }

    @Test("are refused to the pages of others, and told when the server goes away")
    func ends() async throws {
        let handler = Self.handler(closings: Events<String>(), compression: .on)
        try await withServer(.bare, handler) { server in
            let url = JSONValue.string("ws://127.0.0.1:\(server.port)/ws")
            try await Browser.withPage("data:text/html,elsewhere") { page in
                let end = try await page.run(Self.end, url, .string("let me in"))
                #expect(end == .array([.integer(1006), .string(""), .bool(false)]))
            }
            try await Browser.withPage(server.url) { page in
                let script = """
                    window.socket = new WebSocket(arguments[0]);
                    socket.onclose = event => { window.end = event.code };
                    return new Promise(resolve => { socket.onopen = resolve }).then(() => socket.readyState);
                    """
                let state = try await page.run(script, url)
                #expect(state == .integer(1))
                await server.shutdown(within: .seconds(5))
                try await page.wait(until: "window.end === 1001")
            }
        }
    }

    @Test("go over TLS too, on the connection of HTTP/2 that the page came on")
    func secure() async throws {
        let certificates = try await Certificates.make()
        let closings = Events<String>()
        let versions = Events<HTTPVersion>()
        let handler = Self.handler(closings: closings, compression: .on)
        try await withSecureServer(certificates.security) { request in
            if request.url.path == "/ws" { versions.add(request.version) }
            try await handler(request)
        } test: { server in
            try await Browser.withPage(server.url) { page in
                let url = "wss://127.0.0.1:\(server.port)/ws"
                let said = try await page.run(Self.echo, .string(url), .array([]))
                #expect(said == Self.echoed(protocol: "", extensions: "permessage-deflate"))
                let version = try await versions.next()
                #expect(version == .http2)
            }
        }
    }
}
