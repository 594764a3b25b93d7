import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("The hosts that a local server answers for")
struct AllowedHostsTests {
    @Test(
        "F8: are addresses, localhost, and those that are named",
        arguments: [
            ("localhost", true), ("LOCALHOST", true), ("localhost.", true), ("localhost:8080", true),
            ("a.localhost", true),
            ("127.0.0.1", true), ("127.0.0.1:1", true), ("[::1]", true), ("[::1]:8080", true),
            ("192.168.1.7:8080", true),
            ("falcon.example", true), ("FALCON.example.:80", true), ("a.wild.example", true),
            ("a.b.wild.example", true),
            ("evil.example", false), ("EVIL.example:8080", false), ("wild.example", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false), ("localhost.localdomain", false), ("evil", false), ("2130706433", false),
            ("0x7f.1", false), ("notlocalhost", false), ("falcon.example.evil", false), ("%6cocalhost", false),
            ("127.1", false), ("0177.0.0.1:8080", false), ("%31%32%37.0.0.1", false), ("localhos%74", false),
            // What cannot be read, or is not there.
            ("", false), (" ", false), ("1.2.3.4.5", false), ("evil.1", false), ("evil.0x1:80", false),
        ]
    )
    func hosts(host: String, isAllowed: Bool) async throws {
        let hosts = try AllowedHosts(["falcon.example", "*.wild.example"])
        let handler = hosts.wrapping { try await $0.response.end("Hello") }
        try await withServer(.bare, handler) { server in
            for method in ["GET", "POST", "OPTIONS"] {
                let response = try await server.response(
                    to: "\(method) / HTTP/1.1\r\nHost: \(host)\r\nContent-Length: 0\r\n\r\n"
                )
                #expect(response.status == (isAllowed ? 200 : 403), "\(method)")
            }
        }
    }

    @Test("F8: an absolute target counts, not the field beside it; HTTP/1.0 needs none")
    func forms() async throws {
        let handler = try AllowedHosts(advice: { "Ask for \($0)." }).wrapping { try await $0.response.end("Hello") }
        try await withServer(.bare, handler) { server in
            let absolute = try await server.response(
                to: "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n"
            )
            #expect(absolute.status == 403)
            #expect(absolute.text == "This server does not answer for the host evil.example. Ask for evil.example.")
            #expect(try await server.response(to: "GET / HTTP/1.0\r\n\r\n").status == 200)
            for head in [
                "GET / HTTP/1.0\r\nHost:\r\n", "GET / HTTP/1.0\r\nHost: evil.example\r\n",
                "GET http://1.2.3.4.5/ HTTP/1.1\r\nHost: localhost\r\n",
                "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n",
                "GET http://evil.example/ HTTP/1.0\r\n",
            ] {
                #expect(try await server.response(to: "\(head)\r\n").status == 403, "\(head)")
            }
        }
    }

    @Test("F8: over every transport", arguments: Transport.allCases)
    func transports(transport: Transport) async throws {
        let handler = try AllowedHosts().wrapping { try await $0.response.end("Hello") }
        try await withServer(over: transport, .bare, handler) { server, client in
            #expect(try await client.get(server.url).status == .ok)
            let request = try client.open(.get, server.url)
            request.headers.host = Authority("evil.example")
            #expect(try await request.end().status == .forbidden)
        }
    }

    @Test("F8: all of them, when that is asked for; not what is no name")
    func others() async throws {
        #expect(try AllowedHosts(["*"]).contains("evil.example"))
        let all = try AllowedHosts(["*"]).wrapping { try await $0.response.end("Hello") }
        try await withServer(.bare, all) { server in
            for host in ["evil.example", "", "0x7f.1", "1.2.3.4.5"] {
                let response = try await server.response(to: "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(response.status == 200, "\(host)")
            }
        }
        for name in ["", "a b", "a.*.b", "http://a", "a:80"] {
            #expect(throws: VirtualHostError.invalidName(name)) { _ = try AllowedHosts([name]) }
        }
    }
}
