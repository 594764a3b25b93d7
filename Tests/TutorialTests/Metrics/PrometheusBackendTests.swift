#if Telemetry
    import CoreMetrics
    import Testing

    @testable import tutorial

    /// What swift-metrics writes, as Prometheus reads it.
    struct PrometheusBackendTests {
        @Test func takesWhatSwiftMetricsHas() {
            let metrics = PrometheusMetrics()
            let backend = PrometheusBackend(metrics: metrics)
            let cats = Counter(label: "cats", dimensions: [("colour", "red")], factory: backend)
            cats.increment(by: 2)
            Counter(label: "cats", dimensions: [("colour", "red")], factory: backend).increment()
            FloatingPointCounter(label: "litres", factory: backend).increment(by: 0.25)
            let level = Meter(label: "water.level", factory: backend)
            level.set(5)
            level.increment(by: 3.5)
            level.decrement()
            Gauge(label: "temperature", factory: backend).record(-4)
            let timer = Timer(label: "run.duration", factory: backend)
            timer.recordMilliseconds(30)
            timer.recordSeconds(2)
            Recorder(label: "body.size", factory: backend).record(100)
            let lines = metrics.text.split(separator: "\n")
            for line in [
                "cats_total{colour=\"red\"} 3", "litres_total 0.25", "water_level 7.5", "temperature -4",
                "run_duration_seconds_bucket{le=\"0.025\"} 0", "run_duration_seconds_bucket{le=\"0.05\"} 1",
                "run_duration_seconds_sum 2.03", "run_duration_seconds_count 2",
                "body_size_bytes_bucket{le=\"64\"} 0", "body_size_bytes_bucket{le=\"256\"} 1",
            ] {
                #expect(lines.contains { $0 == line }, "\(line)")
            }
            cats.reset()
            cats.destroy()
            #expect(metrics.text.contains("cats_total{colour=\"red\"} 0\n"))
        }
    }
#endif
