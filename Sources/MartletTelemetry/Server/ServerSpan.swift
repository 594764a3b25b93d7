#if Telemetry
    import HTTPWire
    import Instrumentation
    import Martlet
    import MartletWeb
    import Synchronization
    import Tracing

    /// The span of a request to a server.
    final class ServerSpan: Sendable {
        private let span: any Tracing.Span
        private let method: KnownMethod
        /// The error that the handler has thrown.
        private let failure = Mutex<(any Error)?>(nil)

        /// Begins a span below the one in `context`, if there is one.
        init(_ tracer: any Tracer, _ context: ServiceContext, _ request: HTTPServerRequest, _ query: QueryRedaction) {
            method = KnownMethod(request.method)
            span = tracer.startSpan(method.spanName, context: context, ofKind: .server)
            // The fields are those at the beginning, by which some backends choose what they record.
            span.attributes = Self.attributes(of: request, method, query)
        }

        /// The context in which the handler runs.
        var context: ServiceContext { span.context }

        /// The handler has thrown an error. Whether that is a failure of the server, the status of the answer says.
        func note(_ error: any Error) {
            failure.withLock { $0 = error }
        }

        /// The response to the request is over.
        func end(_ request: HTTPServerRequest, _ summary: HTTPResponseSummary, on thread: BackendThread) {
            let now = DefaultTracerClock.now
            let (route, outcome) = (request.route, ServerOutcome(summary))
            let failure = outcome.error == nil ? nil : failure.withLock { $0 }
            thread.call {
                if let route { self.span.operationName = "\(self.method.spanName) \(route)" }
                self.span.updateAttributes { attributes in
                    attributes["http.route"] = route
                    attributes["http.response.status_code"] = outcome.status
                    attributes["error.type"] = outcome.error
                }
                if let failure { self.span.recordError(failure, attributes: [:], at: now) }
                // A fault of the client's (4xx) is none of the server's.
                if outcome.error != nil { self.span.setStatus(SpanStatus(code: .error)) }
                self.span.end(at: now)
            }
        }

        private static func attributes(
            of request: HTTPServerRequest,
            _ method: KnownMethod,
            _ query: QueryRedaction
        ) -> SpanAttributes {
            var attributes: SpanAttributes = [:]
            attributes["http.request.method"] = method.name
            if method == .other { attributes["http.request.method_original"] = request.method.rawValue }
            attributes["url.scheme"] = request.isSecure ? "https" : "http"
            attributes["url.path"] = request.url.path
            attributes["url.query"] = request.url.query.map(query.redacted)
            attributes["network.protocol.version"] = request.version.description
            attributes["user_agent.original"] = request.headers[.userAgent]
            attributes["client.address"] = request.remoteAddress?.host
            if let peer = request.connectionInfo {
                attributes["network.peer.address"] = peer.remoteAddress.host
                attributes["network.peer.port"] = peer.remotePort
            }
            if let url = HTTPURL(request.requestedURL) {
                attributes["server.address"] = url.host
                attributes["server.port"] = url.effectivePort
            }
            return attributes
        }
    }
#endif
