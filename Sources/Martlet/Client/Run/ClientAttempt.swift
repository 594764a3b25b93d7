import Synchronization

/// One attempt of a request, on its way through middleware.
final class ClientAttempt: Sendable {
    /// How the request gets to what answers it.
    enum Way: Sendable {
        /// Over a connection.
        case route(ClientRoute, avoidsIdle: Bool)
        /// To a test.
        case transport(HTTPOverrides.Transport)
    }

    private let way: Way
    private let state: Mutex<State>

    private struct State: Sendable {
        var run: RequestRun
        var exchange: ClientExchange?
    }

    init(_ run: RequestRun, _ way: Way) {
        self.way = way
        self.state = Mutex(State(run: run))
    }

    /// The run with what the attempt has changed in it, and the exchange that was begun last; nil if middleware has sent
    /// nothing.
    var outcome: (run: RequestRun, exchange: ClientExchange?) { state.withLock { ($0.run, $0.exchange) } }

    /// Sends the request with the fields that middleware has given it.
    func send(_ request: PreparedRequest) async throws -> HTTPClientResponse {
        var run = state.withLock { $0.run }
        let draft = run.draft
        run.draft.headers = request.draft.headers
        var exchange: ClientExchange?
        defer {
            // The additions of middleware are for this attempt only.
            run.draft = draft
            state.withLock { $0 = State(run: run, exchange: exchange) }
        }
        return try await run.perform(way, answering: draft, &exchange)
    }
}
