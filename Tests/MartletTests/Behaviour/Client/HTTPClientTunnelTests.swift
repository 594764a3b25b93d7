import HTTPTypes
import HTTPWire
import Synchronization
import Testing

@testable import Martlet

private func tunnelling(through proxy: ScriptedServer) throws -> HTTPClient {
    let list = try ProxyList(pac: "PROXY 127.0.0.1:\(proxy.port)")
    return makeClient {
        $0.tunnelsHTTP = true
        $0.findProxy = { _ in list }
    }
}

@Suite("HTTPClient: tunnels (RFC 9110 section 9.3.6)", .timeLimit(.minutes(5)))
struct HTTPClientTunnelTests {
    @Test(
        "Any 2xx opens one, whatever the proxy says of its own connection",
        arguments: [
            "HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.0 200 Connection established\r\n\r\n",
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "HTTP/1.1 204 Fine\r\nProxy-Agent: tinyproxy\r\n\r\n",
            // Neither has a meaning here.
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        ]
    )
    func opens(_ answer: String) async throws {
        try await ScriptedServer.run { connection, _ in
            #expect(try connection.readHead().hasPrefix("CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n"))
            try connection.write(answer)
            for _ in 0..<2 {
                #expect(try connection.readHead().hasPrefix("GET /a HTTP/1.1\r\nHost: example.com\r\n"))
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        } while: { proxy in
            let client = try tunnelling(through: proxy)
            for _ in 0..<2 {
                let text = try await within { try await client.get("http://example.com/a").text() }
                #expect(text == "ok")
            }
            #expect(proxy.connectionCount == 1)
        }
    }

    @Test("One that closes as soon as it is open is an error, not a request that waits for ever")
    func closesAtOnce() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 200 OK\r\n\r\n")
        } while: { proxy in
            let client = try tunnelling(through: proxy)
            for _ in 0..<10 {
                await #expect(throws: HTTPClientError.connectionClosed) {
                    try await within { _ = try await client.get("http://example.com/") }
                }
            }
            try await eventually { client.connectionCounts.total == 0 }
            #expect(client.core.pool.counts == (0, 0, 0))
        }
    }

    @Test("One that is refused is counted no more", arguments: ["Content-Length: 0", "Connection: close"])
    func refused(_ field: String) async throws {
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            if number < 10 {
                try connection.write("HTTP/1.1 403 No\r\n\(field)\r\n\r\n")
            } else {
                try connection.write("HTTP/1.1 200 OK\r\n\r\n")
                try connection.readHead()
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
            try connection.readToEnd()
        } while: { proxy in
            let client = try tunnelling(through: proxy)
            for _ in 0..<10 {
                await #expect(throws: HTTPClientError.proxyTunnelRefused(.init(code: 403, reasonPhrase: "No"))) {
                    try await within { _ = try await client.get("http://example.com/") }
                }
            }
            #expect(try await within { try await client.get("http://example.com/").text() } == "ok")
            try await eventually { client.core.pool.counts == (1, 1, 0) }
        }
    }

    @Test("A proxy that closes, says nonsense or nothing is an error in time")
    func broken() async throws {
        try await ScriptedServer.run { connection, _ in
            let head = try connection.readHead()
            switch head.split(separator: " ")[1] {
            case "close:80": return
            case "nonsense:80": try connection.write("nonsense\r\n\r\n")
            case "half:80": try connection.write("HTTP/1.1 20")
            default: try connection.readToEnd()
            }
        } while: { proxy in
            let list = try ProxyList(pac: "PROXY 127.0.0.1:\(proxy.port)")
            let client = makeClient {
                $0.tunnelsHTTP = true
                $0.findProxy = { _ in list }
            }
            let hasty = makeClient {
                $0.tunnelsHTTP = true
                $0.connectionTimeout = .milliseconds(400)
                $0.findProxy = { _ in list }
            }
            for host in ["close", "nonsense", "half", "silent"] {
                let failure = await #expect(throws: HTTPClientError.self) {
                    try await within { _ = try await (host == "silent" ? hasty : client).get("http://\(host)/") }
                }
                switch (host, failure) {
                case ("close", .connectionClosed), ("half", .connectionClosed), ("nonsense", .malformedResponse): break
                case ("silent", .timedOut(.connection, host: "silent", port: 80, after: _)): break
                default: Issue.record("\(host): \(String(describing: failure))")
                }
            }
            try await eventually { client.core.pool.counts == (0, 0, 0) && hasty.core.pool.counts == (0, 0, 0) }
        }
    }

    @Test("A server that closes each connection at once is an error too")
    func direct() async throws {
        try await ScriptedServer.run { _, _ in
        } while: { server in
            let client = makeClient()
            let url = server.url
            for _ in 0..<20 {
                await #expect(throws: HTTPClientError.self) {
                    try await within { _ = try await client.get("\(url)/") }
                }
            }
            try await eventually { client.core.pool.counts == (0, 0, 0) }
        }
    }
}
