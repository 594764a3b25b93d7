#if Telemetry
    import Instrumentation
    import Martlet
    import MartletWeb
    import Tracing

    /// Traces the requests of a server.
    struct ServerTracing: Sendable {
        struct Settings: Sendable {
            let query: QueryRedaction
            /// The clients whose traces are continued; nil for all.
            let trusted: [AddressRange]?
        }

        private let backend: TracingBackend
        private let settings: Settings
        private let thread: BackendThread

        /// Nil if there is no backend.
        init?(_ tracer: (any Tracer)?, _ settings: Settings, thread: BackendThread) {
            guard let backend = TracingBackend(tracer) else { return nil }
            self.backend = backend
            self.settings = settings
            self.thread = thread
        }

        /// Runs the handler in the context of the request's span.
        func trace(_ request: HTTPServerRequest, _ handler: HTTPServer.Handler) async throws {
            var context = ServiceContext.topLevel
            context.requestID = request.requestID
            if continuesTrace(of: request) {
                backend.instrument.extract(request.headers, into: &context, using: FieldCarrier())
            }
            guard let tracer = backend.tracer else {
                return try await ServiceContext.withValue(context) { try await handler(request) }
            }
            let span = ServerSpan(tracer, context, request, settings.query)
            request.response.onCompletion { [thread] summary in
                span.end(request, summary, on: thread)
            }
            do {
                try await ServiceContext.withValue(span.context) { try await handler(request) }
            } catch {
                span.note(error)
                throw error
            }
        }

        private func continuesTrace(of request: HTTPServerRequest) -> Bool {
            guard let trusted = settings.trusted else { return true }
            guard let peer = request.connectionInfo?.remoteAddress else { return false }
            return trusted.contains { $0.contains(peer) }
        }
    }
#endif
