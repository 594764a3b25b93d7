#if Telemetry
    import CoreMetrics
    import Martlet
    import MartletWeb
    import Synchronization

    /// The metrics of a server's requests.
    final class ServerMetrics: Sendable {
        /// The labels of the number of requests in progress.
        struct ActiveLabels: Sendable, Hashable {
            let method: KnownMethod
            let isSecure: Bool
        }

        /// The metrics of the requests with the same labels.
        final class Requests: Sendable {
            let duration: Timer
            let requestSize: Recorder?
            let responseSize: Recorder?

            init(_ factory: any MetricsFactory, _ dimensions: [(String, String)], measuresContent: Bool) {
                duration = Timer(
                    label: "http.server.request.duration",
                    dimensions: dimensions,
                    preferredDisplayUnit: .seconds,
                    factory: factory
                )
                func size(_ label: String) -> Recorder? {
                    measuresContent ? Recorder(label: label, dimensions: dimensions, factory: factory) : nil
                }
                requestSize = size("http.server.request.body.size")
                responseSize = size("http.server.response.body.size")
            }
        }

        private let requests: MetricCache<ServerLabels, Requests>
        private let activeRequests: MetricCache<ActiveLabels, Meter>
        private let thread: BackendThread
        /// By how much the numbers of requests in progress have changed since the backend was last told. Unlike calls
        /// of the backend, no change is ever dropped: the number would be wrong from then on.
        private let changes = Mutex(Changes())

        private struct Changes: Sendable {
            var counts: [ActiveLabels: Int] = [:]
            /// Whether the backend will be told.
            var areComing = false
        }

        init(
            _ factory: any MetricsFactory,
            dimensions: [(String, String)],
            measuresContent: Bool,
            labelLimit: Int,
            thread: BackendThread
        ) {
            self.thread = thread
            requests = MetricCache(limit: labelLimit, overflow: .overflow) { labels in
                Requests(factory, labels.dimensions + dimensions, measuresContent: measuresContent)
            }
            // Ten methods, two schemes.
            activeRequests = MetricCache(limit: 20, overflow: ActiveLabels(method: .other, isSecure: false)) { labels in
                Meter(
                    label: "http.server.active_requests",
                    dimensions: [
                        ("http.request.method", labels.method.name),
                        ("url.scheme", labels.isSecure ? "https" : "http"),
                    ] + dimensions,
                    factory: factory
                )
            }
        }

        /// Measures a request from now on until it is over.
        func measure(_ request: HTTPServerRequest) {
            let (time, began) = (request.time, request.time.now)
            let labels = ActiveLabels(method: KnownMethod(request.method), isSecure: request.isSecure)
            count(1, labels)
            request.response.onCompletion { summary in
                self.count(-1, labels)
                self.record(request, labels, summary, time.duration(since: began))
            }
        }

        /// A request begins (1) or is over (-1).
        private func count(_ change: Int, _ labels: ActiveLabels) {
            changes.withLock { changes in
                changes.counts[labels, default: 0] += change
                // If too many calls wait, the next change tries again.
                if !changes.areComing { changes.areComing = thread.call { self.tellChanges() } }
            }
        }

        private func record(
            _ request: HTTPServerRequest,
            _ labels: ActiveLabels,
            _ summary: HTTPResponseSummary,
            _ duration: Duration
        ) {
            let outcome = ServerOutcome(summary)
            let labels = ServerLabels(
                method: labels.method,
                isSecure: labels.isSecure,
                version: request.version,
                route: request.route ?? "",
                status: outcome.status,
                error: outcome.error ?? ""
            )
            let requestBytes = request.contentLength
            thread.call {
                let metrics = self.requests[labels]
                metrics.duration.recordNanoseconds(duration.wholeNanoseconds)
                if let requestBytes { metrics.requestSize?.record(requestBytes) }
                metrics.responseSize?.record(summary.contentBytes)
            }
        }

        private func tellChanges() {
            let counts = changes.withLock { changes in
                defer { changes = Changes() }
                return changes.counts
            }
            for (labels, change) in counts {
                let meter = activeRequests[labels]
                if change > 0 { meter.increment(by: Double(change)) }
                if change < 0 { meter.decrement(by: Double(-change)) }
            }
        }
    }

    extension Duration {
        /// The duration in nanoseconds; the largest number for one of more than 292 years.
        var wholeNanoseconds: Int64 {
            let (seconds, attoseconds) = components
            let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            return overflows ? .max : product.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
        }
    }
#endif
