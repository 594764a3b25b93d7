import Testing

@testable import tutorial

/// The text that Prometheus reads, by literals.
struct PrometheusMetricsTests {
    @Test func isEmptyWithoutMetrics() {
        #expect(PrometheusMetrics().text == "")
    }

    @Test func showsCountersAndGauges() {
        let metrics = PrometheusMetrics()
        let cats = metrics.counter("cats", [("colour", "red")])
        cats.increment(by: 2.0)
        cats.increment(by: 1.0)
        cats.increment(by: -7.0)
        metrics.counter("cats", [("breed", ""), ("colour", "black")]).increment(by: 1.0)
        // The same series again.
        metrics.counter("cats", [("colour", "red")]).increment(by: 1.0)
        metrics.counter("cats", []).increment(by: 1.0)
        let level = metrics.gauge("water.level", [])
        level.increment(by: 3.5)
        level.decrement(by: 1.0)
        metrics.counter("litres_total", []).increment(by: 0.25)
        metrics.gauge("temperature", []).set(-4.0)
        #expect(
            metrics.text == """
                # HELP cats_total cats
                # TYPE cats_total counter
                cats_total 1
                cats_total{colour="black"} 1
                cats_total{colour="red"} 4
                # HELP litres_total litres_total
                # TYPE litres_total counter
                litres_total 0.25
                # HELP temperature temperature
                # TYPE temperature gauge
                temperature -4
                # HELP water_level water.level
                # TYPE water_level gauge
                water_level 2.5

                """
        )
        cats.reset()
        #expect(metrics.text.contains("cats_total{colour=\"red\"} 0\n"))
    }

    @Test("Histograms have seconds, and each range those before it")
    func showsHistograms() {
        let metrics = PrometheusMetrics()
        let dimensions = [("http.response.status_code", "200"), ("http.request.method", "GET")]
        let durations = metrics.durations("http.server.request.duration", dimensions)
        for seconds in [0.003, 0.03, 20] { durations.record(seconds) }
        let labels = #"http_request_method="GET",http_response_status_code="200""#
        #expect(
            metrics.text == """
                # HELP http_server_request_duration_seconds How long the server took to answer requests.
                # TYPE http_server_request_duration_seconds histogram
                http_server_request_duration_seconds_bucket{\(labels),le="5e-05"} 0
                http_server_request_duration_seconds_bucket{\(labels),le="0.0001"} 0
                http_server_request_duration_seconds_bucket{\(labels),le="0.00025"} 0
                http_server_request_duration_seconds_bucket{\(labels),le="0.0005"} 0
                http_server_request_duration_seconds_bucket{\(labels),le="0.001"} 0
                http_server_request_duration_seconds_bucket{\(labels),le="0.0025"} 0
                http_server_request_duration_seconds_bucket{\(labels),le="0.005"} 1
                http_server_request_duration_seconds_bucket{\(labels),le="0.01"} 1
                http_server_request_duration_seconds_bucket{\(labels),le="0.025"} 1
                http_server_request_duration_seconds_bucket{\(labels),le="0.05"} 2
                http_server_request_duration_seconds_bucket{\(labels),le="0.075"} 2
                http_server_request_duration_seconds_bucket{\(labels),le="0.1"} 2
                http_server_request_duration_seconds_bucket{\(labels),le="0.25"} 2
                http_server_request_duration_seconds_bucket{\(labels),le="0.5"} 2
                http_server_request_duration_seconds_bucket{\(labels),le="0.75"} 2
                http_server_request_duration_seconds_bucket{\(labels),le="1"} 2
                http_server_request_duration_seconds_bucket{\(labels),le="2.5"} 2
                http_server_request_duration_seconds_bucket{\(labels),le="5"} 2
                http_server_request_duration_seconds_bucket{\(labels),le="7.5"} 2
                http_server_request_duration_seconds_bucket{\(labels),le="10"} 2
                http_server_request_duration_seconds_bucket{\(labels),le="+Inf"} 3
                http_server_request_duration_seconds_sum{\(labels)} 20.033
                http_server_request_duration_seconds_count{\(labels)} 3

                """
        )
        metrics.sizes("http.server.request.body.size", []).record(64.0)
        #expect(metrics.text.contains("http_server_request_body_size_bytes_bucket{le=\"64\"} 1\n"))
        #expect(metrics.text.contains("http_server_request_body_size_bytes_bucket{le=\"67108864\"} 1\n"))
        let gets = metrics.durations("http.server.request.duration", with: ("http.request.method", "GET"))
        #expect(gets?.count == 3)
        let puts = metrics.durations("http.server.request.duration", with: ("http.request.method", "PUT"))
        #expect(puts == nil)
    }

    @Test func escapesAndRenames() {
        let metrics = PrometheusMetrics()
        metrics.counter("7 cats/é", [("a.b", "\"\\\n}"), ("0x", "é"), ("a-b", "2")]).increment(by: 1.0)
        #expect(
            metrics.text == #"""
                # HELP _7_cats___total 7 cats/é
                # TYPE _7_cats___total counter
                _7_cats___total{_0x="é",a_b="\"\\\n};2"} 1

                """#
        )
        let line = PrometheusMetrics()
        line.counter("a\n# b\\", []).increment(by: 1.0)
        #expect(line.text.hasPrefix("# HELP a___b__total a\\n# b\\\\\n# TYPE a___b__total counter\n"))
        #expect(PrometheusText.number(.nan) == "NaN")
        #expect(PrometheusText.number(-.infinity) == "-Inf")
        #expect(PrometheusText.number(1e300) == "1e+300")
        #expect(PrometheusText.labelName("") == "_")
    }

    @Test("Beyond the limit, all further labels share a series")
    func boundsLabels() {
        let metrics = PrometheusMetrics(seriesLimit: 2)
        for number in 0..<1_000 {
            metrics.counter("paths", [("path", "/\(number)")]).increment(by: 1.0)
        }
        metrics.counter("paths", [("path", "/0")]).increment(by: 1.0)
        #expect(
            metrics.text == """
                # HELP paths_total paths
                # TYPE paths_total counter
                paths_total{otel_metric_overflow="true"} 998
                paths_total{path="/0"} 2
                paths_total{path="/1"} 1

                """
        )
    }

    @Test("A metric whose name another kind has is counted, but not shown")
    func keepsKindsApart() {
        let metrics = PrometheusMetrics()
        metrics.gauge("x_total", []).set(1.0)
        metrics.counter("x", []).increment(by: 7.0)
        #expect(metrics.text.hasSuffix("# TYPE x_total gauge\nx_total 1\n"))
    }

    @Test func isSharedByThreads() async {
        let metrics = PrometheusMetrics()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for number in 0..<1_000 {
                        metrics.counter("n", [("n", "\(number % 3)")]).increment(by: 1.0)
                        metrics.durations("d.duration", []).record(0.001)
                    }
                }
            }
        }
        #expect(metrics.text.contains("n_total{n=\"0\"} 2672\nn_total{n=\"1\"} 2664\nn_total{n=\"2\"} 2664\n"))
        #expect(metrics.text.contains("d_duration_seconds_count 8000\n"))
    }
}
