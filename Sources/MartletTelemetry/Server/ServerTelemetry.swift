#if Telemetry
    import CoreMetrics
    import Instrumentation
    import Martlet
    import Tracing

    /// Measures the requests of a server and traces them, by the names of OpenTelemetry's semantic conventions for HTTP.
    ///
    /// ```swift
    /// MetricsSystem.bootstrap(prometheus)      // any backend of swift-metrics
    /// InstrumentationSystem.bootstrap(tracer)  // any backend of swift-distributed-tracing
    /// try await server.serve(around: [RequestLog(.json), RequestID(), ServerTelemetry()], router)
    /// ```
    ///
    /// The metrics are `http.server.request.duration`, a timer, and `http.server.active_requests`, a meter. What they
    /// tell apart is bounded whatever clients send: methods that RFC 9110 and RFC 5789 do not have are `_OTHER`, and in
    /// the place of the path stands `http.route`, the pattern of the `Router`'s route. A request lasts until its
    /// response has been sent or has failed, or its connection has been taken over, as by a WebSocket. With `around`,
    /// requests that the server itself refuses count too.
    ///
    /// Each request has a span of the kind `server`, which continues the trace that the client names. In the handler it
    /// is the parent of other spans: `ServiceContext.current` leads to it.
    ///
    /// A backend that blocks delays no request: it is called on a thread of its own, and what it is too slow for is
    /// dropped. Only what the request needs of a tracer, the beginning of a span and reading a trace from its fields, is
    /// called on the event loop. Without a backend this middleware adds nothing to a handler.
    ///
    /// Put it around the router or the server as a whole, inside of `RequestID`, and bootstrap backends before.
    public struct ServerTelemetry: Middleware {
        private let settings: Settings
        private let thread = BackendThread()

        private struct Settings: Sendable {
            let metrics: (any MetricsFactory)?
            let tracer: (any Tracer)?
            let dimensions: Dimensions
            let measuresContent: Bool
            let labelLimit: Int
            let tracing: ServerTracing.Settings
        }

        /// A server's telemetry.
        ///
        /// - Parameters:
        ///   - metrics: The backend of metrics. By default that of `MetricsSystem`, as it is when serving begins.
        ///   - tracer: The backend of traces. By default the tracer and the instruments of `InstrumentationSystem`, as
        ///     they are when serving begins.
        ///   - dimensions: Names and values that all metrics have besides, such as the name of the server. They are the
        ///     same for all requests. None by default.
        ///   - measuresContent: Whether there are `http.server.request.body.size` and `http.server.response.body.size`
        ///     too, in bytes. False by default: a backend may have to be told which sizes to tell apart.
        ///   - labelLimit: How many sets of labels there may be. Further ones become one, whose method and route are
        ///     `_OTHER`. 2,000 by default.
        ///   - secretParameters: Parameters of queries whose values spans do not have, in lower case, besides common ones
        ///     such as `token` and `password`. None by default.
        ///   - clients: The addresses of the clients whose traces are continued; others begin new ones. Nil, the default,
        ///     continues those of all.
        public init(
            metrics: (any MetricsFactory)? = nil,
            tracer: (any Tracer)? = nil,
            dimensions: KeyValuePairs<String, String> = [:],
            measuresContent: Bool = false,
            labelLimit: Int = 2_000,
            secretParameters: Set<String> = [],
            trusting clients: [AddressRange]? = nil
        ) {
            settings = Settings(
                metrics: metrics,
                tracer: tracer,
                dimensions: Dimensions(dimensions),
                measuresContent: measuresContent,
                labelLimit: labelLimit,
                tracing: ServerTracing.Settings(
                    query: QueryRedaction(secretParameters),
                    trusted: clients
                )
            )
        }

        /// How many calls of the backends were dropped so far, since too many waited for one that is too slow.
        public var droppedCalls: Int { thread.droppedCalls }

        /// Waits until the backends have been told everything that has ended before, as a program does before it exits.
        ///
        /// - Parameter limit: How long to wait for a backend that blocks. Five seconds by default.
        public func flush(within limit: Duration = .seconds(5)) async {
            await thread.flush(within: limit)
        }

        /// Wraps `handler`; returns it as it is if there is no backend.
        public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
            traced(measured(handler))
        }

        private func measured(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
            let factory = settings.metrics ?? MetricsSystem.factory
            guard !(factory is NOOPMetricsHandler) else { return handler }
            let metrics = ServerMetrics(
                factory,
                dimensions: settings.dimensions.pairs,
                measuresContent: settings.measuresContent,
                labelLimit: settings.labelLimit,
                thread: thread
            )
            return { request in
                metrics.measure(request)
                try await handler(request)
            }
        }

        private func traced(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
            guard let tracing = ServerTracing(settings.tracer, settings.tracing, thread: thread) else { return handler }
            return { request in
                try await tracing.trace(request, handler)
            }
        }
    }

    /// Labels that all metrics have.
    struct Dimensions: Sendable {
        private let names: [String]
        private let values: [String]

        init(_ pairs: KeyValuePairs<String, String>) {
            names = pairs.map(\.key)
            values = pairs.map(\.value)
        }

        var pairs: [(String, String)] { Array(zip(names, values)) }
    }
#endif
