#if Telemetry
    import Martlet

    /// The labels of the durations of a server's requests.
    struct ServerLabels: Sendable, Hashable {
        var method: KnownMethod
        var isSecure: Bool
        var version: HTTPVersion
        /// The pattern of the route; empty if none matched.
        var route: String
        /// The status that was sent; nil if the client went away before.
        var status: Int?
        /// The kind of failure; empty for other requests.
        var error: String

        /// Stands for further labels when there are too many.
        static let overflow = ServerLabels(
            method: .other,
            isSecure: false,
            version: .http1_1,
            route: KnownMethod.other.name,
            status: nil,
            error: ""
        )

        /// All of them, always in this order and none left out: backends such as that of Prometheus insist on the same
        /// names for all metrics of a name. An empty one means the same as none there.
        var dimensions: [(String, String)] {
            [
                ("http.request.method", method.name), ("url.scheme", isSecure ? "https" : "http"),
                ("network.protocol.version", version.description), ("http.route", route),
                ("http.response.status_code", status.map(String.init) ?? ""), ("error.type", error),
            ]
        }
    }

    /// How a request ended.
    struct ServerOutcome: Sendable, Hashable {
        /// The status that was sent; nil if the client went away before.
        let status: Int?
        /// `error.type`; nil for what is not the server's failure.
        let error: String?

        init(_ summary: HTTPResponseSummary) {
            status = summary.status?.code
            error =
                switch status {
                case .none: "client_disconnected"
                case .some(let code) where code >= 500: String(code)
                case .some: summary.isComplete ? nil : "response_incomplete"
                }
        }
    }
#endif
