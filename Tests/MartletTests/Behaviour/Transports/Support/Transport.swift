import Martlet
import Testing

/// The ways in which a request can come.
enum Transport: CaseIterable, CustomTestStringConvertible {
    case http1
    case http1Secure
    /// HTTP/2 with prior knowledge.
    case http2
    case http2Secure

    var isSecure: Bool { self == .http1Secure || self == .http2Secure }

    var version: HTTPVersion { self == .http2 || self == .http2Secure ? .http2 : .http1_1 }

    var testDescription: String {
        switch self {
        case .http1: "HTTP/1.1"
        case .http1Secure: "HTTP/1.1 over TLS"
        case .http2: "HTTP/2"
        case .http2Secure: "HTTP/2 over TLS"
        }
    }

    fileprivate func prepare(_ configuration: inout HTTPClient.Configuration) {
        switch self {
        case .http1, .http1Secure: configuration.http2 = .never
        case .http2: configuration.http2 = .always
        case .http2Secure: configuration.http2 = .automatic
        }
    }

    fileprivate func prepare(_ configuration: inout HTTPServer.Configuration) {
        configuration.http2.allowsPriorKnowledge = self == .http2
    }
}

/// Serves `handler` over a transport, and runs `test` with the server and a client that reaches it over that transport.
func withServer(
    over transport: Transport,
    _ configuration: HTTPServer.Configuration = .bare,
    client change: (inout HTTPClient.Configuration) -> Void = { _ in },
    on executor: (any TaskExecutor)? = nil,
    _ handler: @escaping HTTPServer.Handler,
    test: (HTTPServer, HTTPClient) async throws -> Void
) async throws {
    try await withBoundServer(over: transport, configuration, client: change) { server, client in
        try await run(server, on: executor, handler) { try await test($0, client) }
    }
}

/// The same with a server that nobody serves yet.
func withBoundServer(
    over transport: Transport,
    _ configuration: HTTPServer.Configuration = .bare,
    client change: (inout HTTPClient.Configuration) -> Void = { _ in },
    test: (HTTPServer, HTTPClient) async throws -> Void
) async throws {
    try await Turnstile.servers.pass {
        let certificates = try await SharedCertificates.value
        let configuration = configuration.with { transport.prepare(&$0) }
        let server =
            transport.isSecure
            ? try await HTTPServer.bindSecure(
                .loopbackIPv4,
                port: 0,
                security: certificates.security,
                configuration: configuration
            )
            : try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
        let client = certificates.makeClient {
            transport.prepare(&$0)
            change(&$0)
        }
        do {
            try await test(server, client)
        } catch {
            await client.close(force: true)
            await server.close(force: true)
            throw error
        }
        await server.close(force: true)
        await client.close(force: true)
    }
}

/// Certificates that many tests use.
enum SharedCertificates {
    private static let making = Task { try await Certificates.make() }

    static var value: Certificates {
        get async throws { try await making.value }
    }
}

/// Waits for what must come true.
func expectTrue(_ events: Events<Bool>, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let isTrue = try await events.next()
    #expect(isTrue, sourceLocation: sourceLocation)
}
