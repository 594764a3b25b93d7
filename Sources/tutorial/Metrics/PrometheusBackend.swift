#if Telemetry
    import CoreMetrics

    /// A backend for swift-metrics, which MartletTelemetry writes to.
    struct PrometheusBackend: MetricsFactory {
        let metrics: PrometheusMetrics

        func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
            metrics.counter(label, dimensions)
        }

        func makeFloatingPointCounter(
            label: String,
            dimensions: [(String, String)]
        ) -> any FloatingPointCounterHandler {
            metrics.counter(label, dimensions)
        }

        func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
            metrics.gauge(label, dimensions)
        }

        func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
            metrics.durations(label, dimensions)
        }

        /// A recorder that aggregates counts sizes; one that does not is a gauge.
        func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
            aggregate ? metrics.sizes(label, dimensions) : metrics.gauge(label, dimensions)
        }

        // The counts stay: a series that goes away and comes back would seem to begin anew.
        func destroyCounter(_ handler: any CounterHandler) {}
        func destroyMeter(_ handler: any MeterHandler) {}
        func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
        func destroyRecorder(_ handler: any RecorderHandler) {}
        func destroyTimer(_ handler: any TimerHandler) {}
    }

    extension CounterSeries: CounterHandler, FloatingPointCounterHandler {
        func increment(by amount: Int64) {
            increment(by: Double(amount))
        }
    }

    extension GaugeSeries: MeterHandler, RecorderHandler {
        func set(_ value: Int64) {
            set(Double(value))
        }

        func record(_ value: Int64) {
            set(Double(value))
        }

        func record(_ value: Double) {
            set(value)
        }
    }

    extension HistogramSeries: RecorderHandler, TimerHandler {
        func record(_ value: Int64) {
            record(Double(value))
        }

        func recordNanoseconds(_ duration: Int64) {
            record(Double(duration) / 1e9)
        }
    }
#endif
