import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization
import Testing

@testable import Martlet

/// Answers each request by what its head says, and remembers the heads.
private final class Script: Sendable {
    let heads = Mutex<[String]>([])

    var authorizations: [String?] {
        heads.withLock { $0 }.map { head in
            head.split(separator: "\r\n").first { $0.lowercased().contains("authorization: ") }.map(String.init)
        }
    }

    func serve(_ answer: @escaping @Sendable (String) -> String) -> @Sendable (ScriptedConnection, Int) throws -> Void {
        { connection, _ in
            while true {
                let head = try connection.readHead()
                if head.contains("Content-Length: 4") { try connection.read(count: 4) }
                self.heads.withLock { $0.append(head) }
                try connection.write(answer(head))
            }
        }
    }
}

private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

private func refusal(_ challenge: String, _ code: Int = 401) -> String {
    let name = code == 401 ? "WWW-Authenticate" : "Proxy-Authenticate"
    return "HTTP/1.1 \(code) X\r\n\(name): \(challenge)\r\nContent-Length: 0\r\n\r\n"
}

@Suite("HTTPClient: authentication and proxies", .timeLimit(.minutes(5)))
struct HTTPClientAuthenticationTests {
    @Test("Name and password in the URL are sent as Basic, and not to the next request")
    func urlCredentials() async throws {
        let script = Script()
        try await ScriptedServer.run(script.serve { _ in ok }) { (server) async throws in
            let client = makeClient()
            let url = "http://Aladdin:open%20sesame@127.0.0.1:\(server.port)/x"
            #expect(try await client.get(url).text() == "ok")
            _ = try await client.get("\(server.url)/").text()
            #expect(script.authorizations == ["Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", nil])
            #expect(!script.heads.withLock { $0 }[0].contains("Aladdin"))
        }
    }

    @Test("The callback is asked once, and its answer kept for the realm")
    func basicCallback() async throws {
        let script = Script()
        let asked = Atomic(0)
        let serve = script.serve { $0.contains("Basic") ? ok : refusal("Basic realm=\"r\"") }
        try await ScriptedServer.run(serve) { (server) async throws in
            let client = makeClient {
                $0.authenticate = { _, challenge in
                    #expect(challenge.realm == "r")
                    asked.add(1, ordering: .relaxed)
                    return .basic(username: "u", password: "p")
                }
            }
            #expect(try await client.post("\(server.url)/a", body: "data").status == .ok)
            #expect(try await client.get("\(server.url)/b").status == .ok)
            #expect(asked.load(ordering: .relaxed) == 1)
            #expect(script.authorizations.map { $0 != nil } == [false, true, true])
            #expect(server.connectionCount == 1)
        }
    }

    @Test("Credentials that are refused are not sent for ever")
    func refused() async throws {
        let script = Script()
        try await ScriptedServer.run(script.serve { _ in refusal("Basic realm=\"r\"") }) { (server) async throws in
            let client = makeClient { $0.authenticate = { _, _ in .basic(username: "u", password: "wrong") } }
            #expect(try await client.get("\(server.url)/").status == .unauthorized)
            #expect(script.authorizations.count == 2)
            try client.addCredentials(.basic(username: "u", password: "p"), for: "\(server.url)/")
            #expect(try await client.get("\(server.url)/").status == .unauthorized)
        }
    }

    @Test("A digest is answered, counted, renewed when stale, and follows nextnonce")
    func digest() async throws {
        let script = Script()
        let turn = Atomic(0)
        let serve = script.serve { head in
            switch turn.add(1, ordering: .relaxed).newValue {
            case 1: refusal("Digest realm=\"r\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256")
            case 4: refusal("Digest realm=\"r\", nonce=\"n2\", qop=\"auth\", algorithm=SHA-256, stale=true")
            case 5: "HTTP/1.1 200 OK\r\nAuthentication-Info: nextnonce=\"n3\"\r\nContent-Length: 0\r\n\r\n"
            default: ok
            }
        }
        try await ScriptedServer.run(serve) { (server) async throws in
            let client = makeClient()
            try client.addCredentials(.digest(username: "u", password: "p"), for: "\(server.url)/")
            for path in ["a", "b", "c", "d"] {
                #expect(try await client.get("\(server.url)/\(path)").status == .ok)
            }
            let sent = script.authorizations
            try #require(sent.count == 6)
            #expect(sent[0] == nil)
            let expected = [("n1", 1, "a"), ("n1", 2, "b"), ("n1", 3, "c"), ("n2", 1, "c"), ("n3", 1, "d")]
            for (value, (nonce, count, path)) in zip(sent.dropFirst(), expected) {
                let value = value ?? ""
                #expect(value.contains("nonce=\"\(nonce)\", nc=0000000\(count), "), "\(value)")
                #expect(value.contains("uri=\"/\(path)\""))
                #expect(value.contains("qop=auth") && value.contains("algorithm=SHA-256"))
            }
        }
    }

    @Test("Digest is preferred to Basic, and answered for the user of the URL")
    func preference() async throws {
        let script = Script()
        let serve = script.serve { head in
            head.contains("Digest") ? ok : refusal("Basic realm=\"r\", Digest realm=\"r\", nonce=\"n\"")
        }
        try await ScriptedServer.run(serve) { (server) async throws in
            let client = makeClient()
            #expect(try await client.get("http://u:p@127.0.0.1:\(server.port)/").status == .ok)
            #expect(script.authorizations.last??.hasPrefix("Authorization: Digest username=\"u\"") == true)
        }
    }

    @Test("A streamed content can't be sent again for authentication, and says so")
    func streamed() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.read(through: "0\r\n\r\n")
            try connection.write(refusal("Basic realm=\"r\""))
            try connection.readToEnd()
        } while: { server in
            let client = makeClient { $0.authenticate = { _, _ in .basic(username: "u", password: "p") } }
            let request = try client.open(.post, "\(server.url)/")
            try await request.write("text")
            await #expect(throws: HTTPClientError.bodyNotRepeatable("The server asks for authentication")) {
                _ = try await request.end()
            }
        }
    }

    @Test("A digest protects the content where the server asks for that (RFC 7616 section 3.4.3)")
    func authInt() async throws {
        let script = Script()
        let challenge = "Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\", algorithm=SHA-256, opaque=\"o\""
        let serve = script.serve { $0.contains("\r\nAuthorization: Digest ") ? ok : refusal(challenge) }
        try await ScriptedServer.run(serve) { (server) async throws in
            let client = makeClient()
            try client.addCredentials(.digest(username: "u", password: "p"), for: "\(server.url)/")
            #expect(try await client.post("\(server.url)/a", body: "data").text() == "ok")
            #expect(try await client.get("\(server.url)/b").text() == "ok")
            let sent = script.authorizations
            try #require(sent.count == 3)
            let hash = DigestAlgorithm.sha256
            for (value, (method, target, content, count)) in zip(
                sent.dropFirst(),
                [("POST", "/a", "data", "00000001"), ("GET", "/b", "", "00000002")]
            ) {
                let value = try #require(value)
                let field = try #require(FieldParameters(list: String(value.dropFirst("Authorization: Digest ".count))))
                #expect(field["qop"] == "auth-int" && field["nc"] == count && field["opaque"] == "o")
                let user = hash.hash("u:r:p")
                let action = hash.hash("\(method):\(target):\(hash.hash(content))")
                let cnonce = try #require(field["cnonce"])
                #expect(field["response"] == hash.hash("\(user):n:\(count):\(cnonce):auth-int:\(action)"))
            }
            let stream = AsyncStream {
                $0.yield(ByteBuffer(string: "data")); $0.finish()
            }
            await #expect(throws: HTTPClientError.authentication("\(DigestError.contentNeeded)")) {
                _ = try await client.post("\(server.url)/c", body: .stream(stream, length: 4))
            }
        }
    }

    @Test("A bearer token is sent unasked where it was added, and answers a Bearer challenge (RFC 6750 section 3)")
    func bearer() async throws {
        let script = Script()
        let serve = script.serve { head in
            if head.contains("\r\nAuthorization: Bearer new\r\n") { return ok }
            return refusal("Bearer realm=\"api\", error=\"invalid_token\"")
        }
        try await ScriptedServer.run(serve) { (server) async throws in
            let added = makeClient()
            try added.addCredentials(.bearer("new"), for: "\(server.url)/api/")
            #expect(try await added.get("\(server.url)/api/x").status == .ok)
            #expect(try await added.get("\(server.url)/other").status == .unauthorized)
            #expect(script.authorizations == ["Authorization: Bearer new", nil])

            let asked = Atomic(0)
            let renewing = makeClient {
                $0.authenticate = { url, challenge in
                    #expect(url.path == "/api/y" && challenge.scheme == "Bearer" && challenge.realm == "api")
                    #expect(challenge.parameters["error"] == "invalid_token")
                    asked.add(1, ordering: .relaxed)
                    return try .bearer("new")
                }
            }
            try renewing.addCredentials(.bearer("old"), for: "\(server.url)/api/")
            #expect(try await renewing.post("\(server.url)/api/y", body: "data").text() == "ok")
            #expect(try await renewing.get("\(server.url)/api/y").text() == "ok")
            #expect(asked.load(ordering: .relaxed) == 1)
            let expected: [String?] = ["old", "new", "new"].map { "Authorization: Bearer \($0)" }
            #expect(Array(script.authorizations.dropFirst(2)) == expected)
        }
    }

    @Test("Credentials of another scheme, realm or folder answer no challenge (RFC 9110 section 11.5)")
    func unfitting() async throws {
        let script = Script()
        let challenge = "Basic realm=\"r\""
        try await ScriptedServer.run(script.serve { _ in refusal(challenge) }) { (server) async throws in
            let client = makeClient()
            try client.addCredentials(.digest(username: "u", password: "p"), for: "\(server.url)/")
            try client.addCredentials(.basic(username: "u", password: "p"), for: "\(server.url)/folder/")
            try client.addCredentials(.basic(username: "u", password: "p"), for: "http://localhost:\(server.port)/")
            #expect(try await client.get("\(server.url)/folderx").status == .unauthorized)
            #expect(script.authorizations == [nil])
        }
    }

    // MARK: Proxies

    @Test("A proxy gets the whole URL, its own credentials, and not the server's")
    func absoluteForm() async throws {
        let script = Script()
        let serve = script.serve { $0.contains("Proxy-Authorization") ? ok : refusal("Basic realm=\"p\"", 407) }
        try await ScriptedServer.run(serve) { (proxy) async throws in
            let port = proxy.port
            let client = makeClient {
                $0.findProxy = { _ in try ProxyList(pac: "PROXY 127.0.0.1:\(port)") }
                $0.authenticateProxy = { url, _ in
                    #expect(url.port == port)
                    return .basic(username: "u", password: "p")
                }
            }
            #expect(try await client.get("http://example.com/a?b").text() == "ok")
            let heads = script.heads.withLock { $0 }
            try #require(heads.count == 2)
            #expect(heads[0].hasPrefix("GET http://example.com/a?b HTTP/1.1\r\nHost: example.com\r\n"))
            #expect(heads[1].contains("Proxy-Authorization: Basic dTpw\r\n"))
            #expect(!heads[1].contains("\r\nAuthorization"))
        }
    }

    @Test("A tunnel lasts, also when a proxy of HTTP/1.0 has opened it")
    func oldTunnel() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.0 200 Connection established\r\nProxy-agent: old\r\n\r\n")
            for number in 0..<2 {
                try connection.readHead()
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
            }
        } while: { proxy in
            let client = makeClient {
                $0.findProxy = { _ in try ProxyList(pac: "PROXY 127.0.0.1:\(proxy.port)") }
                $0.tunnelsHTTP = true
            }
            let answers = try await within {
                [try await client.get("http://a/").text(), try await client.get("http://a/").text()]
            }
            #expect(answers == ["0", "1"])
            #expect(proxy.connectionCount == 1)
        }
    }

    @Test("A tunnel is opened with CONNECT, and used again")
    func tunnel() async throws {
        let heads = Mutex<[String]>([])
        try await ScriptedServer.run { connection, _ in
            while true {
                let head = try connection.readHead()
                heads.withLock { $0.append(head) }
                if head.hasPrefix("CONNECT"), !head.contains("Proxy-Authorization: Basic dTpw") {
                    try connection.write(refusal("Basic realm=\"p\"", 407))
                } else {
                    try connection.write(head.hasPrefix("CONNECT") ? "HTTP/1.1 200 Yes\r\n\r\n" : ok)
                }
            }
        } while: { (proxy) async throws in
            let port = proxy.port
            let client = makeClient {
                $0.tunnelsHTTP = true
                $0.findProxy = { _ in try ProxyList(pac: "PROXY u:p@127.0.0.1:\(port)") }
            }
            for _ in 0..<2 { #expect(try await client.get("http://example.com/a").text() == "ok") }
            let asking = makeClient {
                $0.tunnelsHTTP = true
                $0.findProxy = { _ in try ProxyList(pac: "PROXY 127.0.0.1:\(port)") }
                $0.authenticateProxy = { _, _ in .basic(username: "u", password: "p") }
            }
            #expect(try await asking.get("http://example.com/b").text() == "ok")
            let seen = heads.withLock { $0.map { String($0.prefix { $0 != "\r\n" }) } }
            #expect(
                seen == [
                    "CONNECT example.com:80 HTTP/1.1", "GET /a HTTP/1.1", "GET /a HTTP/1.1",
                    "CONNECT example.com:80 HTTP/1.1", "CONNECT example.com:80 HTTP/1.1", "GET /b HTTP/1.1",
                ]
            )
        }
    }

    @Test("A tunnel that is refused is an error; the next proxy is tried when one can't be reached")
    func failover() async throws {
        let dead = try DeadPort()
        let script = Script()
        try await ScriptedServer.run(script.serve { $0.hasPrefix("CONNECT") ? "HTTP/1.1 403 No\r\n\r\n" : ok }) {
            proxy in
            let list = try ProxyList(pac: "PROXY 127.0.0.1:\(dead.port); PROXY 127.0.0.1:\(proxy.port)")
            let client = makeClient { $0.findProxy = { _ in list } }
            #expect(try await client.get("http://example.com/").text() == "ok")
            let tunnelling = makeClient {
                $0.findProxy = { _ in list }
                $0.tunnelsHTTP = true
            }
            await #expect(throws: HTTPClientError.proxyTunnelRefused(.init(code: 403, reasonPhrase: "No"))) {
                _ = try await tunnelling.get("http://example.com/")
            }
        }
    }

    @Test("The factory decides where a connection goes")
    func factory() async throws {
        let path = "/tmp/martlet-\(UInt64.random(in: .min ... .max)).sock"
        let server = try await HTTPServer.bind(.unix(path: path), port: 0)
        let serving = Task {
            try await server.serve { try await $0.response.end("via \($0.headers.host?.host ?? "")") }
        }
        let client = makeClient { $0.connectionFactory = { _ in .unix(path: path) } }
        #expect(try await client.get("http://docker/").text() == "via docker")
        await client.close()
        await server.shutdown()
        try await serving.value
    }
}
