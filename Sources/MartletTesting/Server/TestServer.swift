import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Synchronization

/// A server for tests: it answers requests with a handler, without a socket unless it is asked for one.
///
/// ```swift
/// let app = TestServer(router)
/// let answer = try await app.post("/notes", json: note)
/// #expect(answer.status == .created)
/// ```
///
/// Everything that a real server does happens: the request is written, parsed and routed, and the answer comes back as a
/// client reads it. Only the ``Carrier`` differs, and the time, which stands still until ``time`` is moved.
///
/// The server starts with its first request, and ends when it is no longer used or with ``close()``.
public final class TestServer: Sendable {
    /// How the bytes of a ``TestServer`` travel.
    public enum Carrier: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
        /// HTTP/1.1 in memory: no socket, no port.
        case memory
        /// HTTP/1.1 on a port of the loopback interface.
        case http1
        /// HTTP/2 on a port of the loopback interface, without TLS.
        case http2
        /// HTTP/2 over TLS on a port of the loopback interface, as browsers use it.
        case tls

        public var description: String { rawValue }
    }

    /// How the bytes travel.
    public let carrier: Carrier
    /// The time, by which all deadlines of the server and its clients go.
    public let time: TestClock
    let runner: ServerRunner
    private let ownClient: Mutex<TestClient?>

    /// Creates a server that answers requests with a value, such as a router.
    ///
    /// - Parameters:
    ///   - handler: Answers the requests.
    ///   - carrier: How the bytes travel; in memory by default.
    ///   - middleware: Wraps the handler as in `HTTPServer.serve(on:around:_:)`; none by default.
    ///   - configuration: The settings of the server; the defaults by default.
    ///   - time: The time; a clock of its own by default. Servers that talk to each other can share one.
    public init(
        _ handler: some RequestHandler,
        over carrier: Carrier = .memory,
        around middleware: [any Middleware] = [],
        configuration: HTTPServer.Configuration = HTTPServer.Configuration(),
        time: TestClock = TestClock()
    ) {
        self.carrier = carrier
        self.time = time
        self.runner = ServerRunner(carrier, time, configuration) { try await $0.begin(around: middleware, handler) }
        self.ownClient = Mutex(nil)
    }

    /// Creates a server that answers requests with a closure.
    ///
    /// - Parameters: as those of ``init(_:over:around:configuration:time:)``.
    public convenience init(
        over carrier: Carrier = .memory,
        around middleware: [any Middleware] = [],
        configuration: HTTPServer.Configuration = HTTPServer.Configuration(),
        time: TestClock = TestClock(),
        _ handler: @escaping HTTPServer.Handler
    ) {
        self.init(
            HandlerClosure(handler: handler),
            over: carrier,
            around: middleware,
            configuration: configuration,
            time: time
        )
    }

    deinit {
        let runner = runner
        Task { await runner.close() }
    }

    /// The server, which starts now if it has not yet: for its settings and the counts of its connections.
    ///
    /// - Throws: What is wrong with the handler, or ``TestingError``.
    public var server: HTTPServer {
        get async throws { try await runner.server }
    }

    /// The errors that handlers have thrown and the server has logged, oldest first; of many, the latest 100.
    public var errors: [any Error] { runner.errors }

    /// Closes the server and its connections. Requests that are being answered are cut off.
    public func close() async {
        await runner.close()
    }

    // MARK: Clients

    /// A client of the server, with a connection and cookies of its own.
    ///
    /// ```swift
    /// let slow = app.client(.readsSlowly(64))
    /// ```
    ///
    /// - Parameters:
    ///   - faults: What goes wrong on each of its connections; nothing by default.
    ///   - change: Changes the settings of the client.
    public func client(
        _ faults: ConnectionFault...,
        change: (inout HTTPClient.Configuration) -> Void = { _ in }
    ) -> TestClient {
        var configuration = TestClient.defaultConfiguration
        change(&configuration)
        return TestClient(runner, faults: faults, configuration: configuration)
    }

    /// The client that the server's own ``get(_:headers:)`` and so on use.
    var presentClient: TestClient {
        ownClient.withLock { client in
            if let client { return client }
            let made = self.client()
            client = made
            return made
        }
    }
}
