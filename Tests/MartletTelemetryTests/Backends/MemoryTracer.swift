#if Telemetry
    import HTTPWire
    import Instrumentation
    import MartletTelemetry
    import Synchronization
    import Tracing

    /// A backend of traces that keeps the spans that have ended, and passes traces on as the W3C says.
    final class MemoryTracer: Tracer {
        /// A span that has ended.
        struct Record: Sendable {
            var name: String
            var kind: SpanKind
            var trace: TraceContext
            /// The id of the span above; nil at the beginning of a trace.
            var parent: String?
            var attributes: SpanAttributes
            var status: SpanStatus?
            var errors: [String]

            /// The attribute as a text; nil if there is none.
            subscript(_ name: String) -> String? {
                switch attributes[name]?.toSpanAttribute() {
                case .string(let text): text
                case .int64(let number): String(number)
                case .int32(let number): String(number)
                default: nil
                }
            }
        }

        private let ended = Mutex<[Record]>([])

        /// The spans, in the order of their ends.
        var spans: [Record] { ended.withLock { $0 } }

        func startSpan<Instant: TracerInstant>(
            _ operationName: String,
            context: @autoclosure () -> InstrumentationContext,
            ofKind kind: SpanKind,
            at instant: @autoclosure () -> Instant,
            function: String,
            file fileID: String,
            line: UInt
        ) -> MemorySpan {
            var context = context()
            let parent = context.traceContext
            let trace = parent?.child() ?? .random()
            context.traceContext = trace
            let record = Record(
                name: operationName,
                kind: kind,
                trace: trace,
                parent: parent?.spanID,
                attributes: [:],
                errors: []
            )
            return MemorySpan(context, record) { record in self.ended.withLock { $0.append(record) } }
        }

        func forceFlush() {}

        func extract<Carrier, Extract: Extractor>(
            _ carrier: Carrier,
            into context: inout InstrumentationContext,
            using extractor: Extract
        ) where Extract.Carrier == Carrier {
            W3CTraceContext().extract(carrier, into: &context, using: extractor)
        }

        func inject<Carrier, Inject: Injector>(
            _ context: InstrumentationContext,
            into carrier: inout Carrier,
            using injector: Inject
        ) where Inject.Carrier == Carrier {
            W3CTraceContext().inject(context, into: &carrier, using: injector)
        }
    }

    final class MemorySpan: Tracing.Span {
        let context: InstrumentationContext
        private let record: Mutex<MemoryTracer.Record?>
        private let onEnd: @Sendable (MemoryTracer.Record) -> Void

        init(
            _ context: InstrumentationContext,
            _ record: MemoryTracer.Record,
            onEnd: @escaping @Sendable (MemoryTracer.Record) -> Void
        ) {
            self.context = context
            self.record = Mutex(record)
            self.onEnd = onEnd
        }

        var operationName: String {
            get { record.withLock { $0?.name ?? "" } }
            set { record.withLock { $0?.name = newValue } }
        }
        var attributes: SpanAttributes {
            get { record.withLock { $0?.attributes ?? [:] } }
            set { record.withLock { $0?.attributes = newValue } }
        }
        var isRecording: Bool { record.withLock { $0 != nil } }
        func setStatus(_ status: SpanStatus) { record.withLock { $0?.status = status } }
        func addEvent(_ event: SpanEvent) {}
        func addLink(_ link: SpanLink) {}
        func recordError<Instant: TracerInstant>(
            _ error: any Error,
            attributes: SpanAttributes,
            at instant: @autoclosure () -> Instant
        ) {
            record.withLock { $0?.errors.append("\(error)") }
        }
        func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
            if let record = record.withLock({ $0.take() }) { onEnd(record) }
        }
    }
#endif
