import Martlet
import NIOCore
import Synchronization

/// Starts the server of a test when it is first needed, and knows how clients reach it.
final class ServerRunner: Sendable {
    private enum State {
        case idle
        case starting(Task<HTTPServer, any Error>)
        case closed
    }

    /// How many errors are kept.
    private static let errorLimit = 100

    let carrier: TestServer.Carrier
    let time: TestClock
    private let configuration: HTTPServer.Configuration
    private let begin: @Sendable (HTTPServer) async throws -> Void
    private let state = Mutex(State.idle)
    private let log = ErrorLog()

    init(
        _ carrier: TestServer.Carrier,
        _ time: TestClock,
        _ configuration: HTTPServer.Configuration,
        _ begin: @escaping @Sendable (HTTPServer) async throws -> Void
    ) {
        var configuration = configuration
        configuration.time = TimeSource(held: time.held)
        if carrier == .http2 { configuration.http2.allowsPriorKnowledge = true }
        let (log, onError) = (log, configuration.onError)
        configuration.onError = { error, request in
            log.add(error)
            onError?(error, request)
        }
        self.carrier = carrier
        self.time = time
        self.configuration = configuration
        self.begin = begin
    }

    /// The errors of handlers, oldest first.
    var errors: [any Error] { log.errors }

    /// The server, which serves.
    var server: HTTPServer {
        get async throws {
            let task = try state.withLock { state in
                switch state {
                case .idle:
                    let task = Task { try await self.start() }
                    state = .starting(task)
                    return task
                case .starting(let task):
                    return task
                case .closed:
                    throw TestingError("The TestServer has been closed. Make another one for further requests.")
                }
            }
            return try await task.value
        }
    }

    private func start() async throws -> HTTPServer {
        let server: HTTPServer =
            switch carrier {
            case .memory:
                try await .inMemory(configuration: configuration)
            case .http1, .http2:
                try await .bind(.loopbackIPv4, port: 0, configuration: configuration)
            case .tls:
                try await .bindSecure(
                    .loopbackIPv4,
                    port: 0,
                    security: TestCertificate.server,
                    configuration: configuration
                )
            }
        try await begin(server)
        return server
    }

    func close() async {
        let task = state.withLock { state -> Task<HTTPServer, any Error>? in
            defer { state = .closed }
            return if case .starting(let task) = state { task } else { nil }
        }
        if let task, let server = try? await task.value { await server.close(force: true) }
    }

    // MARK: Clients

    /// The settings of a client, made such that it reaches the server.
    func connect(_ configuration: HTTPClient.Configuration, to server: HTTPServer) -> HTTPClient.Configuration {
        var configuration = configuration
        configuration.time = TimeSource(held: time.held)
        switch carrier {
        case .memory:
            configuration.memoryListener = server
            configuration.http2 = .never
        case .http1:
            configuration.http2 = .never
        case .http2:
            configuration.http2.use = .always
        case .tls:
            configuration.security = TestCertificate.client
        }
        if carrier != .memory {
            let port = server.port
            configuration.connectionFactory = { _ in .host("127.0.0.1", port: port) }
        }
        return configuration
    }

    /// The scheme of the server's URLs.
    var scheme: String { carrier == .tls ? "https" : "http" }

    /// The errors that handlers have thrown.
    private final class ErrorLog: Sendable {
        private let list = Mutex<[any Error]>([])

        var errors: [any Error] { list.withLock { $0 } }

        func add(_ error: any Error) {
            list.withLock { list in
                if list.count == ServerRunner.errorLimit { list.removeFirst() }
                list.append(error)
            }
        }
    }
}
