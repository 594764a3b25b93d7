#if Telemetry
    import Instrumentation
    import Tracing

    /// Begins spans, and carries traces from one service to the next.
    struct TracingBackend: Sendable {
        let instrument: any Instrument
        /// Nil where traces are only passed on.
        let tracer: (any Tracer)?

        /// A tracer, which is an instrument too; or else those of the process. Nil if there are none.
        init?(_ tracer: (any Tracer)?) {
            instrument = tracer ?? InstrumentationSystem.instrument
            let tracer = tracer ?? InstrumentationSystem.tracer
            self.tracer = tracer is NoOpTracer ? nil : tracer
            if self.tracer == nil, instrument is NoOpInstrument || instrument is NoOpTracer { return nil }
        }
    }
#endif
