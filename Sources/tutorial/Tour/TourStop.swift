import Martlet
import MartletTelemetry
import Synchronization

/// A program of the tour while it runs.
final class TourStop: Sendable {
    /// The label of metrics that names the program.
    private static let label = "program"

    let guide: ProgramGuide
    let server: HTTPServer
    /// The last exchanges as they went over the wire; nil if they are not recorded.
    let wire: WireLog?
    private let handler: HTTPServer.Handler
    private let metrics: PrometheusMetrics
    private let window = Mutex(FigureWindow())

    init(
        guide: ProgramGuide,
        server: HTTPServer,
        wire: WireLog?,
        metrics: PrometheusMetrics,
        handler: @escaping HTTPServer.Handler
    ) {
        self.guide = guide
        self.server = server
        self.wire = wire
        self.metrics = metrics
        self.handler = handler
        sample()
    }

    /// Answers requests, and measures them, until the server is closed.
    func serve() async throws {
        #if Telemetry
            let backend = PrometheusBackend(metrics: metrics)
            let meter = ServerTelemetry(metrics: backend, dimensions: [Self.label: guide.name])
        #else
            let meter = RequestMeter(metrics: metrics, label: (Self.label, guide.name))
        #endif
        try await server.serve(around: [meter], handler)
    }

    /// Takes a sample of what is measured. Called each second.
    func sample() {
        countConnections()
        let durations = metrics.durations(RequestMeter.duration, with: (Self.label, guide.name))
        window.withLock { $0.add(durations ?? Histogram(bounds: Histogram.durations)) }
    }

    /// Writes the present number of connections into the metrics.
    func countConnections() {
        let counts = server.connectionCounts
        for (state, count) in [("active", counts.active), ("idle", counts.idle), ("closing", counts.closing)] {
            metrics.gauge("martlet.server.connections", [(Self.label, guide.name), ("state", state)]).set(Double(count))
        }
    }

    /// The figures of the last sample, and the connections of now.
    var figures: Figures {
        Figures(window.withLock { $0 }, server.connectionCounts)
    }
}
