#if Telemetry
    import CoreMetrics
    import Martlet

    /// The metrics of a client's requests.
    final class ClientMetrics: Sendable {
        /// The labels of the durations of requests.
        private struct Labels: Sendable, Hashable {
            var method = KnownMethod.other
            var scheme = ""
            var address = KnownMethod.other.name
            var port: Int?
            var version = ""
            var status: Int?
            var error = ""

            /// All of them, always in this order: see ``ServerLabels``.
            var dimensions: [(String, String)] {
                [
                    ("http.request.method", method.name), ("url.scheme", scheme), ("server.address", address),
                    ("server.port", port.map(String.init) ?? ""), ("network.protocol.version", version),
                    ("http.response.status_code", status.map(String.init) ?? ""), ("error.type", error),
                ]
            }
        }

        private let durations: MetricCache<Labels, Timer>
        private let thread: BackendThread

        init(
            _ factory: any MetricsFactory,
            dimensions: [(String, String)],
            labelLimit: Int,
            thread: BackendThread
        ) {
            self.thread = thread
            durations = MetricCache(limit: labelLimit, overflow: Labels()) { labels in
                Timer(
                    label: "http.client.request.duration",
                    dimensions: labels.dimensions + dimensions,
                    preferredDisplayUnit: .seconds,
                    factory: factory
                )
            }
        }

        /// A request is over.
        func record(_ request: PreparedRequest, _ outcome: ClientOutcome, after duration: Duration) {
            let labels = Labels(
                method: KnownMethod(request.method),
                scheme: request.url.scheme,
                address: request.url.host,
                port: request.url.effectivePort,
                version: outcome.version,
                status: outcome.status,
                error: outcome.error ?? ""
            )
            thread.call { self.durations[labels].recordNanoseconds(duration.wholeNanoseconds) }
        }
    }
#endif
