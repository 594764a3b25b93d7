import Martlet
import Synchronization

/// A program of the tour while it runs.
final class TourStop: Sendable {
    let guide: ProgramGuide
    let server: HTTPServer
    private let handler: HTTPServer.Handler
    private let requests = Atomic(0)

    init(guide: ProgramGuide, server: HTTPServer, handler: @escaping HTTPServer.Handler) {
        self.guide = guide
        self.server = server
        self.handler = handler
    }

    /// Answers requests, and counts them, until the server is closed.
    func serve() async throws {
        try await server.serve { request in
            self.requests.add(1, ordering: .relaxed)
            try await self.handler(request)
        }
    }

    /// The current figures of this stop.
    var figures: Figures {
        let connections = server.connectionCounts
        return Figures(
            requests: requests.load(ordering: .relaxed),
            total: connections.total,
            active: connections.active,
            idle: connections.idle,
            closing: connections.closing
        )
    }
}

/// The figures of a server: its requests so far, and its connections now.
struct Figures: Encodable, Sendable, Equatable {
    var requests: Int
    var total: Int
    var active: Int
    var idle: Int
    var closing: Int
}
