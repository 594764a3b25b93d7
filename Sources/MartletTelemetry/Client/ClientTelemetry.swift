#if Telemetry
    import CoreMetrics
    import HTTPTypes
    import Instrumentation
    import Martlet
    import Synchronization
    import Tracing

    /// Measures the requests of a client and traces them, by the names of OpenTelemetry's semantic conventions for HTTP.
    ///
    /// ```swift
    /// configuration.middleware = [ClientTelemetry(), RequestRetries()]
    /// ```
    ///
    /// A request has a span, which is below that of `ServiceContext.current`, and each of its attempts one below that: a
    /// request may be sent again after a redirect, a challenge, a lost connection, or by `RequestRetries` if that comes
    /// after this middleware. An attempt carries the trace to its server (`traceparent`), so that the server's span is
    /// below the attempt's. URLs in spans have no credentials, and none of the secrets in queries.
    ///
    /// The metric is `http.client.request.duration`, a timer, of each attempt. Spans and times end when the head of the
    /// response has arrived.
    ///
    /// As with ``ServerTelemetry``, a backend that blocks delays no request, and without one this adds nothing.
    public struct ClientTelemetry: ClientMiddleware {
        private struct Settings: Sendable {
            let metrics: (any MetricsFactory)?
            let tracer: (any Tracer)?
            let dimensions: Dimensions
            let labelLimit: Int
            let query: QueryRedaction
            let passesTraces: @Sendable (HTTPURL) -> Bool
        }

        private let settings: Settings
        private let thread = BackendThread()

        /// A client's telemetry.
        ///
        /// - Parameters:
        ///   - metrics: The backend of metrics. By default that of `MetricsSystem`, as it is when the client is made.
        ///   - tracer: The backend of traces. By default the tracer and the instruments of `InstrumentationSystem`, as
        ///     they are when the client is made.
        ///   - dimensions: Names and values that all metrics have besides. They are the same for all requests. None by
        ///     default.
        ///   - labelLimit: How many sets of labels there may be: redirects lead to hosts of the server's choice. Further
        ///     ones become one, whose method and host are `_OTHER`. 1,000 by default.
        ///   - secretParameters: Parameters of queries whose values spans do not have, in lower case, besides common ones
        ///     such as `token` and `password`. None by default.
        ///   - passesTraces: Whether the server of a URL is told of the trace. All are by default.
        public init(
            metrics: (any MetricsFactory)? = nil,
            tracer: (any Tracer)? = nil,
            dimensions: KeyValuePairs<String, String> = [:],
            labelLimit: Int = 1_000,
            secretParameters: Set<String> = [],
            passesTraces: @escaping @Sendable (HTTPURL) -> Bool = { _ in true }
        ) {
            settings = Settings(
                metrics: metrics,
                tracer: tracer,
                dimensions: Dimensions(dimensions),
                labelLimit: labelLimit,
                query: QueryRedaction(secretParameters),
                passesTraces: passesTraces
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

        /// Wraps a function that sends requests in a span for each.
        public func wrapping(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
            guard let backend = TracingBackend(settings.tracer), let tracer = backend.tracer else { return send }
            return { request in
                let span = ClientSpan(tracer, request, settings.query, thread)
                let context = span.context.countingAttempts
                return try await span.finish(request) { request in
                    try await ServiceContext.withValue(context) { try await send(request) }
                }
            }
        }

        /// Wraps a function that sends a request once in a span below that of the request, and measures it.
        public func wrappingAttempts(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
            measured(traced(send))
        }

        private func traced(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
            guard let backend = TracingBackend(settings.tracer) else { return send }
            return { request in
                var request = request
                let passesTraces = settings.passesTraces(request.url)
                guard let tracer = backend.tracer else {
                    if passesTraces, let context = ServiceContext.current {
                        backend.instrument.inject(context, into: &request.headers, using: FieldCarrier())
                    }
                    return try await send(request)
                }
                let resends = ServiceContext.current?.clientAttempts?.next()
                let span = ClientSpan(tracer, request, settings.query, thread, resends: resends ?? 0)
                if passesTraces {
                    backend.instrument.inject(span.context, into: &request.headers, using: FieldCarrier())
                }
                return try await span.finish(request, send)
            }
        }

        private func measured(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
            let factory = settings.metrics ?? MetricsSystem.factory
            guard !(factory is NOOPMetricsHandler) else { return send }
            let metrics = ClientMetrics(
                factory,
                dimensions: settings.dimensions.pairs,
                labelLimit: settings.labelLimit,
                thread: thread
            )
            return { request in
                let began = request.time.now
                do {
                    let response = try await send(request)
                    metrics.record(request, ClientOutcome(response), after: request.time.duration(since: began))
                    return response
                } catch {
                    metrics.record(request, ClientOutcome(error), after: request.time.duration(since: began))
                    throw error
                }
            }
        }
    }

    /// Counts the attempts of one request.
    final class ClientAttempts: Sendable {
        private let count = Atomic(0)

        /// How many there have been before.
        func next() -> Int {
            count.wrappingAdd(1, ordering: .relaxed).oldValue
        }
    }

    extension ServiceContext {
        private enum ClientAttemptsKey: InstrumentationContextKey {
            typealias Value = ClientAttempts
        }

        /// The attempts of the request that is being sent.
        fileprivate var clientAttempts: ClientAttempts? { self[ClientAttemptsKey.self] }

        /// The same context, in which the attempts of a request are counted.
        fileprivate var countingAttempts: ServiceContext {
            var context = self
            context[ClientAttemptsKey.self] = ClientAttempts()
            return context
        }
    }
#endif
