#if Telemetry
    import HTTPWire
    import Instrumentation
    import Logging

    /// Passes traces on as the W3C's Trace Context says (https://www.w3.org/TR/trace-context/), without recording any:
    /// for services of which others record the traces.
    ///
    /// ```swift
    /// InstrumentationSystem.bootstrap(W3CTraceContext())
    /// LoggingSystem.bootstrap(StreamLogHandler.standardError, metadataProvider: .traceContext)
    /// ```
    ///
    /// Within ``ServerTelemetry`` a request's trace is in `ServiceContext.current?.traceContext`, and a client with
    /// ``ClientTelemetry`` passes it on unchanged: no span begins here that the next service could be below. A request
    /// without a trace begins none. Backends of traces carry the fields by themselves, and do not need this.
    public struct W3CTraceContext: Instrument {
        private static let (parent, state) = ("traceparent", "tracestate")

        /// An instrument that passes traces on.
        public init() {}

        /// Reads the trace from the fields `traceparent` and `tracestate`. Malformed ones count as none.
        public func extract<Carrier, Extract: Extractor>(
            _ carrier: Carrier,
            into context: inout InstrumentationContext,
            using extractor: Extract
        ) where Extract.Carrier == Carrier {
            guard let parent = extractor.extract(key: Self.parent, from: carrier) else { return }
            let state = extractor.extract(key: Self.state, from: carrier)
            guard let trace = TraceContext(parent, state: state ?? "") else { return }
            context.traceContext = trace
        }

        /// Writes the trace to the fields `traceparent` and `tracestate`.
        public func inject<Carrier, Inject: Injector>(
            _ context: InstrumentationContext,
            into carrier: inout Carrier,
            using injector: Inject
        ) where Inject.Carrier == Carrier {
            guard let trace = context.traceContext else { return }
            injector.inject(trace.description, forKey: Self.parent, into: &carrier)
            if !trace.state.isEmpty {
                injector.inject(trace.state.description, forKey: Self.state, into: &carrier)
            }
        }
    }

    extension ServiceContext {
        private enum TraceContextKey: InstrumentationContextKey {
            typealias Value = TraceContext
        }

        private enum RequestIDKey: InstrumentationContextKey {
            typealias Value = String
        }

        /// The trace that ``W3CTraceContext`` passes on. Set it to a `TraceContext` of your own to begin one.
        public var traceContext: TraceContext? {
            get { self[TraceContextKey.self] }
            set { self[TraceContextKey.self] = newValue }
        }

        /// The id of the request that is being answered: that of ``RequestID``, if it is around ``ServerTelemetry``.
        public internal(set) var requestID: String? {
            get { self[RequestIDKey.self] }
            set { self[RequestIDKey.self] = newValue }
        }
    }

    extension Logger.MetadataProvider {
        /// Adds to every line that a handler logs within ``ServerTelemetry``: `trace_id` and `span_id` of the request's
        /// trace, if ``W3CTraceContext`` has found one, and `request_id`, if there is one. A backend of traces has its
        /// own provider for its spans; `multiplex` combines the two.
        public static var traceContext: Logger.MetadataProvider {
            Logger.MetadataProvider {
                var metadata: Logger.Metadata = [:]
                guard let context = ServiceContext.current else { return metadata }
                if let trace = context.traceContext {
                    metadata["trace_id"] = "\(trace.traceID)"
                    metadata["span_id"] = "\(trace.spanID)"
                }
                if let id = context.requestID { metadata["request_id"] = "\(id)" }
                return metadata
            }
        }
    }
#endif
