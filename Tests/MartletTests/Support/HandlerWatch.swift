import Synchronization
import Testing

@testable import Martlet

/// Watches what a server's handlers had in their hands, to tell whether all of it is let go in the end: a cycle of
/// references shows nowhere else, since the connections that are counted have gone.
final class HandlerWatch: Sendable {
    private struct Weak {
        weak var object: (any AnyObject & Sendable)?
    }

    private struct State {
        var running = 0
        var objects: [ObjectIdentifier: Weak] = [:]
    }

    private let state = Mutex(State())

    /// The handler, watched.
    func watch(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            self.begin(request.exchange)
            defer { self.state.withLock { $0.running -= 1 } }
            try await handler(request)
        }
    }

    private func begin(_ exchange: ServerExchange) {
        state.withLock { state in
            state.running += 1
            let connection = exchange.connection
            state.objects[ObjectIdentifier(exchange)] = Weak(object: exchange)
            state.objects[ObjectIdentifier(connection)] = Weak(object: connection)
        }
    }

    /// What is still there: handlers that run, requests, and connections or streams.
    private var remains: String? {
        state.withLock { state in
            let objects = state.objects.values.compactMap(\.object).map { "\(type(of: $0))" }.sorted()
            return state.running == 0 && objects.isEmpty ? nil : "\(state.running) running; \(objects)"
        }
    }

    /// Fails unless nothing is left, now that the server is closed and the test is over.
    func expectNothingLeft(sourceLocation: SourceLocation) async throws {
        let clock = ContinuousClock()
        let limit = clock.now + RawClient.patience
        while let remains {
            guard clock.now < limit else {
                Issue.record("something outlives the server: \(remains)", sourceLocation: sourceLocation)
                return
            }
            try await clock.sleep(for: .milliseconds(2))
        }
    }
}
