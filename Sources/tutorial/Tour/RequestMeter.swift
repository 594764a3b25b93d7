import Martlet

/// Measures how long requests take, where there is no MartletTelemetry, which measures more: without the trait
/// `Telemetry`.
struct RequestMeter: Middleware {
    /// The name of the metric.
    static let duration = "http.server.request.duration"

    let metrics: PrometheusMetrics
    /// A label for all metrics.
    let label: (String, String)

    func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        let durations = metrics.durations(Self.duration, [label])
        return { request in
            let began = ContinuousClock.now
            request.response.onCompletion { _ in durations.record(began.duration(to: .now) / .seconds(1)) }
            try await handler(request)
        }
    }
}
