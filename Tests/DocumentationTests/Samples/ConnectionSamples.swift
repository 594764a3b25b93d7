// swift-format-ignore-file
// The comments of samples are in columns.

import HTTPTypes
import HTTPWire
import Logging
import Martlet
import MartletTesting
import MartletWeb
import NIOCore
import ServiceLifecycle
import Testing

@Suite("The samples of docs/connections.md and docs/deployment.md", .timeLimit(.minutes(5)))
struct ConnectionSamples {
    // Ports and files that others may use.
    func secure() async throws {
        let security = SecurityContext(identity: .pem(certificateChain: .file("chain.pem"), privateKey: .file("key.pem")))
        let server = try await HTTPServer.bindSecure(.anyIPv4, port: 443, security: security)
        await server.close()
    }

    func redirect(_ plainServer: HTTPServer, _ server: HTTPServer, _ handler: @escaping HTTPServer.Handler) async throws {
        let redirect = try HTTPSRedirect(hosts: ["example.com", "*.example.com"])
        try await plainServer.serve(redirect)
        try await server.serve(around: [StrictTransportSecurity(maxAge: 63_072_000)], handler)
    }

    func existing() async throws {
        let local = try await HTTPServer.bind(.unix(path: "/tmp/example.sock"), port: 0)
        let other = HTTPServer.listen(on: try ServerSocket(fileDescriptor: 7))
        _ = (local, other)
    }

    func inherited(_ configuration: HTTPServer.Configuration) async throws {
        let server =
            if let socket = try ServerSocket.inherited() {
                HTTPServer.listen(on: socket, configuration: configuration)
            } else {
                try await HTTPServer.bind(.anyIPv6, port: 8080, configuration: configuration)
            }
        await server.close()
    }

    func deployed() async throws {
        var configuration = HTTPServer.Configuration()
        configuration.serviceNotifier = ServiceNotifier()            // systemd is told of its state
        configuration.trustedProxies = AddressRange.loopback         // who may say X-Forwarded-For
        let server =
            if let socket = try ServerSocket.inherited() {           // the socket that systemd has opened
                HTTPServer.listen(on: socket, configuration: configuration)
            } else {
                try await HTTPServer.bind(.loopbackIPv4, port: 8080, configuration: configuration)
            }
        await server.close()
    }

    func shared(_ configuration: HTTPServer.Configuration) async throws {
        let server = try await HTTPServer.bind(.anyIPv6, port: 8080, shared: true, configuration: configuration)
        await server.close()
    }

    func twoServers() async throws {
        let hello = try await HTTPServer.bind(.loopbackIPv4, port: 4040)
        let admin = try await HTTPServer.bind(.loopbackIPv4, port: 4041)
        let group = ServiceGroup(
            services: [
                hello.service { request in try await request.response.end("Hello, world!") },
                admin.service { request in try await request.response.end("\(hello.connectionCounts)") },
            ],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: Logger(label: "two-servers")
        )
        try await group.run()
    }

    @Test func proxies() async throws {
        var configuration = HTTPServer.Configuration()
        configuration.trustedProxies = AddressRange.loopback + [AddressRange("10.0.0.0/8")].compactMap { $0 }
        try await withServer(configuration: configuration) { request in
            try await request.response.end("\(request.remoteAddress.map { "\($0)" } ?? "-")")
        } _: { client, url in
            let text = try await client.get(url, headers: [.forwarded: "for=192.0.2.1"]).text()
            #expect(text.hasPrefix("192.0.2.1"))
        }
    }

    @Test func settings() {
        var configuration = HTTPServer.Configuration()
        configuration.http2.allowsPriorKnowledge = true    // curl --http2-prior-knowledge http://…
        configuration.proxyProtocol = .required(from: [AddressRange("10.0.0.5")].compactMap { $0 })
        configuration.proxyProtocol = .required(from: AddressRange.loopback + [AddressRange("10.0.1.0/24")].compactMap { $0 })
        configuration.serviceNotifier = ServiceNotifier()
        #expect(configuration.http2.allowsPriorKnowledge)
    }

    @Test func trusts() {
        var configuration = HTTPClient.Configuration()
        configuration.security.trustedRoots = .systemAnd(.file("authority.pem"))
        #expect(HTTPClient(configuration: configuration).connectionCounts.total == 0)
    }

    @Test func detaches() async throws {
        try await withServer { request in
            request.response.status = .switchingProtocols
            request.response.headers = [.connection: "upgrade", .upgrade: "echo"]
            let socket = try await request.response.detachSocket()
            for try await bytes in socket.inbound {
                try await socket.write(bytes)
            }
            await socket.close()
        } _: { client, url in
            let request = try client.open(.get, url)
            request.headers[.connection] = "upgrade"
            request.headers[.upgrade] = "echo"
            let socket = try await request.end().detachSocket()
            try await socket.write(ByteBuffer(string: "Hello"))
            for try await bytes in socket.inbound {
                #expect(String(buffer: bytes) == "Hello")
                break
            }
            await socket.close()
        }
    }

    @Test func sequence() async throws {
        try await serving { server in
            for try await request in server where request.method == .get {
                try await request.response.end("You asked for \(request.url.path).")
            }
        } _: { client, url in
            let text = try await client.get(url + "x").text()
            let refused = try await client.post(url, body: .text("a"))
            #expect(text == "You asked for /x." && refused.status == .serviceUnavailable)
        }
    }
}
