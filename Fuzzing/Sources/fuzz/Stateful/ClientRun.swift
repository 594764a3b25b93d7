import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Synchronization

/// A client under test with the requests that it is to send. Each of its connections ends at the fuzzer, which plays the
/// server.
final class ClientRun: Sendable {
    enum Outcome: Sendable {
        case response(status: Int, content: [UInt8])
        /// The response was not read to its end.
        case dropped
        case failed(String)
    }

    /// What a request has as content, and what becomes of its response.
    struct Plan: Sendable {
        enum Content: CaseIterable { case none, short, long, stream, expecting }
        enum Reading: CaseIterable { case whole, slow, never, part }

        var method = HTTPRequest.Method.get
        var content = Content.none
        var reading = Reading.whole

        init(_ script: inout Script) {
            method = script.choose([.get, .get, .head, .post, .put, .delete])
            content = script.choose(Content.allCases)
            if method == .get || method == .head { content = .none }
            reading = script.choose(Reading.allCases)
        }
    }

    private struct State {
        var peers: [PeerSocket] = []
        var outcomes: [Outcome?] = []
        var tasks: [Task<Void, Never>] = []
    }

    private final class Box: Sendable {
        let state = Mutex(State())
    }

    private static let long = ByteBuffer(repeating: UInt8(ascii: "l"), count: 70_000)

    private let box = Box()
    private let client: HTTPClient

    init(http2: HTTPClient.HTTP2Configuration) {
        var configuration = HTTPClient.Configuration()
        configuration.logger = FuzzServer.silent
        configuration.eventLoopGroup = Stage.group
        configuration.http2 = http2
        configuration.expectContinueTimeout = .milliseconds(1)
        configuration.findProxy = { _ in .direct }
        configuration.cookieJar = CookieJar()
        let box = box
        configuration.connectionFactory = { _ in
            let (peer, end) = PeerSocket.pair()
            box.state.withLock { $0.peers.append(peer) }
            return .socket(end)
        }
        client = HTTPClient(configuration: configuration)
    }

    var peers: [PeerSocket] { box.state.withLock { $0.peers } }
    var outcomes: [Outcome?] { box.state.withLock { $0.outcomes } }
    var isDone: Bool { outcomes.allSatisfy { $0 != nil } }

    /// Sends a request to `/number`.
    func start(_ plan: Plan) {
        let (number, client, box) = (outcomes.count, client, box)
        box.state.withLock { $0.outcomes.append(nil) }
        let task = Task {
            let outcome: Outcome
            do {
                outcome = try await Self.run(plan, number, client)
            } catch {
                outcome = .failed("\(error)")
            }
            box.state.withLock { $0.outcomes[number] = outcome }
        }
        box.state.withLock { $0.tasks.append(task) }
    }

    /// Runs something else with the client, as a request.
    func start(_ body: @escaping @Sendable (HTTPClient) async throws -> Void) {
        let (number, client, box) = (outcomes.count, client, box)
        box.state.withLock { $0.outcomes.append(nil) }
        let task = Task {
            do { try await body(client) } catch {}
            box.state.withLock { $0.outcomes[number] = .dropped }
        }
        box.state.withLock { $0.tasks.append(task) }
    }

    func cancel(_ number: Int) {
        let tasks = box.state.withLock { $0.tasks }
        guard !tasks.isEmpty else { return }
        tasks[number % tasks.count].cancel()
    }

    private static func run(_ plan: Plan, _ number: Int, _ client: HTTPClient) async throws -> Outcome {
        let request = try client.open(plan.method, "http://a/\(number)")
        let response: HTTPClientResponse
        switch plan.content {
        case .none: response = try await request.end()
        case .short: response = try await request.end(.text("short"))
        case .long: response = try await request.end(.buffer(long))
        case .stream:
            for _ in 0..<5 {
                try await request.write("part")
                await Task.yield()
            }
            response = try await request.end()
        case .expecting:
            request.headers[.expect] = "100-continue"
            request.contentLength = 4
            try await request.write("wait")
            response = try await request.end()
        }
        var content: [UInt8] = []
        switch plan.reading {
        case .whole:
            content = Array(try await response.collect().readableBytesView)
        case .slow:
            for try await part in response.body {
                for _ in 0..<3 { await Task.yield() }
                content += part.readableBytesView
            }
        case .never:
            return .dropped
        case .part:
            var parts = response.body.makeAsyncIterator()
            _ = try await parts.next()
            return .dropped
        }
        return .response(status: response.statusCode, content: content)
    }

    /// What has to hold once every server of a run has gone.
    func checkAfterwards() {
        let isOver = Stage.turns {
            // Requests may be sent again on other connections.
            for peer in peers { peer.close() }
            return isDone
        }
        guard isOver else { fatalError("a request lives on after its server has gone: \(outcomes)") }
        try? Stage.wait { [client] in await client.close(force: true) }
        guard Stage.turns(until: { client.connectionCounts.total == 0 }) else {
            fatalError("a connection lives on: \(client.connectionCounts)")
        }
    }
}
