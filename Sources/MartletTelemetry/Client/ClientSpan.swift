#if Telemetry
    import Instrumentation
    import Martlet
    import Tracing

    /// The span of a client's request, or of one attempt of it.
    struct ClientSpan: Sendable {
        private let span: any Tracing.Span
        private let thread: BackendThread

        /// Begins a span below the current one.
        ///
        /// - Parameter resends: How often the request has been sent before.
        init(
            _ tracer: any Tracer,
            _ request: PreparedRequest,
            _ query: QueryRedaction,
            _ thread: BackendThread,
            resends: Int = 0
        ) {
            self.thread = thread
            let method = KnownMethod(request.method)
            span = tracer.startSpan(method.spanName, context: ServiceContext.current ?? .topLevel, ofKind: .client)
            var attributes: SpanAttributes = [:]
            attributes["http.request.method"] = method.name
            if method == .other { attributes["http.request.method_original"] = request.method.rawValue }
            attributes["server.address"] = request.url.host
            attributes["server.port"] = request.url.effectivePort
            attributes["url.scheme"] = request.url.scheme
            attributes["url.full"] = query.redacted(request.url)
            if resends > 0 { attributes["http.request.resend_count"] = resends }
            span.attributes = attributes
        }

        /// The context of what belongs to the request.
        var context: ServiceContext { span.context }

        /// Sends the request, and ends the span when the head of the response has arrived.
        func finish(_ request: PreparedRequest, _ send: HTTPClient.Sender) async throws -> HTTPClientResponse {
            do {
                let response = try await send(request)
                end(ClientOutcome(response))
                return response
            } catch {
                end(ClientOutcome(error), error)
                throw error
            }
        }

        private func end(_ outcome: ClientOutcome, _ error: (any Error)? = nil) {
            let now = DefaultTracerClock.now
            thread.call {
                span.updateAttributes { attributes in
                    attributes["http.response.status_code"] = outcome.status
                    if !outcome.version.isEmpty { attributes["network.protocol.version"] = outcome.version }
                    attributes["error.type"] = outcome.error
                }
                if let error { span.recordError(error, attributes: [:], at: now) }
                if outcome.error != nil { span.setStatus(SpanStatus(code: .error)) }
                span.end(at: now)
            }
        }
    }
#endif
