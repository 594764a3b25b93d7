import HTTPTypes
import Martlet
import MartletWeb
import Testing

@Suite("Virtual hosts")
struct VirtualHostTests {
    /// Hosts whose handlers answer with their names.
    private func hosts(_ names: String...) throws -> VirtualHost {
        let hosts = VirtualHost()
        for name in names {
            try hosts.addHost(name) { try await $0.response.end(name) }
        }
        return hosts
    }

    @Test(
        "are told apart by the most specific name",
        arguments: [
            ("example.com", "example.com"), ("EXAMPLE.com:8080", "example.com"), ("example.com.", "example.com"),
            ("www.example.com", "*.example.com"), ("a.b.example.com", "*.example.com"),
            ("x.deep.example.com", "*.deep.example.com"),
            ("other.org", "*.org"), ("[::1]:80", "[::1]"), ("127.0.0.1", "127.0.0.1"),
        ]
    )
    func specific(host: String, name: String) async throws {
        let hosts = try hosts("example.com", "*.Example.com", "*.deep.example.com", "*.org", "[::1]", "127.0.0.1")
        try await withServer(.bare, hosts.handle) { server in
            let response = try await server.response(to: "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(response.text.lowercased() == name)
        }
    }

    @Test("are told by an absolute target before the Host field")
    func absolute() async throws {
        try await withServer(.bare, try hosts("a.com", "b.com").handle) { server in
            let response = try await server.response(to: "GET http://b.com/ HTTP/1.1\r\nHost: b.com\r\n\r\n")
            #expect(response.text == "b.com")
        }
    }

    @Test("that are not known are 421, or whatever is wanted")
    func unhandled() async throws {
        let hosts = try hosts("example.com", "*.example.com")
        try await withServer(.bare, hosts.handle) { server in
            for host in ["other.org", "com", "xexample.com", ""] {
                let response = try await server.response(to: "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(response.status == 421, "\(host)")
            }
            hosts.unhandled = { try await $0.response.end("rest") }
            var answer = try await server.response(to: "GET / HTTP/1.1\r\nHost: other.org\r\n\r\n")
            #expect(answer.text == "rest")
            answer = try await server.response(to: "GET / HTTP/1.0\r\n\r\n")
            #expect(answer.text == "rest")
            hosts.removeHost("EXAMPLE.com")
            answer = try await server.response(to: "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
            #expect(answer.text == "rest")
        }
    }

    @Test("can be all of them")
    func any() async throws {
        try await withServer(.bare, try hosts("*", "a.com").handle) { server in
            var answer = try await server.response(to: "GET / HTTP/1.1\r\nHost: b.org\r\n\r\n")
            #expect(answer.text == "*")
            answer = try await server.response(to: "GET / HTTP/1.1\r\nHost: a.com\r\n\r\n")
            #expect(answer.text == "a.com")
        }
    }

    @Test("serve several servers at once")
    func severalServers() async throws {
        let hosts = try hosts("a.com")
        try await withServer(.bare, hosts.handle) { first in
            try await withServer(.bare, hosts.handle) { second in
                for server in [first, second] {
                    let answer = try await server.response(to: "GET / HTTP/1.1\r\nHost: a.com\r\n\r\n")
                    #expect(answer.text == "a.com")
                }
            }
        }
    }

    @Test("answer all requests of a server")
    func serve() async throws {
        let hosts = try hosts("a.com", "b.com")
        try await withBoundServer { server in
            let serving = Task { try await server.serve(hosts) }
            for host in ["a.com", "b.com"] {
                let answer = try await server.response(to: "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(answer.text == host)
            }
            await server.close()
            try await serving.value
        }
    }

    @Test("have names, once", arguments: ["", "a.*.com", "*a.com", "**", "*.", "a b", "a.com:80", "a/b", "*.*.com"])
    func names(name: String) {
        #expect(throws: VirtualHostError.invalidName(name)) { try VirtualHost().addHost(name) { _ in } }
    }

    @Test("can't be added twice")
    func twice() throws {
        let hosts = try hosts("a.com")
        #expect(throws: VirtualHostError.duplicateName("A.com")) { try hosts.addHost("A.com") { _ in } }
    }
}
