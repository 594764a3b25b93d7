import HTTPWire
import Martlet
import MartletWeb

/// Looks at the programs of the tour once a second, and tells the pages that are open.
final class TourMonitor: Sendable {
    let stops: [TourStop]
    let metrics: PrometheusMetrics
    private let feed: EventFeed

    init(stops: [TourStop], metrics: PrometheusMetrics) {
        self.stops = stops
        self.metrics = metrics
        var configuration = EventFeed.Configuration()
        // A page that comes back needs the present figures only.
        configuration.replay = 1
        self.feed = EventFeed(configuration: configuration)
    }

    /// Takes samples until the task is cancelled.
    func run() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            for stop in stops { stop.sample() }
            // Nothing is written when nobody looks.
            if feed.subscriberCount > 0, let event = try? ServerSentEvent(json: update, name: "figures") {
                feed.publish(event)
            }
        }
    }

    /// Sends the figures to a page, each second.
    func sendFigures(_ request: HTTPServerRequest) async throws {
        try await feed.serve(request)
    }

    /// The metrics as of now.
    var text: String {
        for stop in stops { stop.countConnections() }
        return metrics.text
    }

    /// The texts of pages, by the ids of their places.
    var update: [String: String] {
        var update: [String: String] = [:]
        for stop in stops {
            let (name, figures) = (stop.guide.name, stop.figures)
            for (key, _, text) in figures.shown { update["\(name).\(key)"] = text }
            update["\(name).spark"] = Sparkline(values: figures.perSecond).path()
            if let wire = stop.wire { update["\(name).wire"] = "\(wire.changes)" }
        }
        return update
    }
}
