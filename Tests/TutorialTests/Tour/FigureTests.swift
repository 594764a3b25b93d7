import Martlet
import Testing

@testable import tutorial

struct FigureTests {
    private func samples(_ counts: Int...) -> FigureWindow {
        var window = FigureWindow()
        var histogram = Histogram(bounds: [1, 2, 4])
        for count in counts {
            for _ in 0..<count { histogram.record(1.5) }
            window.add(histogram)
        }
        return window
    }

    @Test func countsPerSecond() {
        #expect(FigureWindow().perSecond == Array(repeating: 0, count: 60))
        // What was before the first sample belongs to no second.
        #expect(samples(7).perSecond == Array(repeating: 0, count: 60))
        #expect(samples(7, 0, 3).perSecond == Array(repeating: 0, count: 58) + [0, 3])
        #expect(samples(7, 0, 3).requests == 10)
    }

    @Test func forgetsWhatWasMoreThanAMinuteAgo() {
        var window = samples(0)
        var histogram = Histogram(bounds: [1, 2, 4])
        histogram.record(3)
        for second in 0..<60 {
            window.add(histogram)
            #expect(window.perSecond.count == 60)
            #expect(window.perSecond[59 - second] == 1)
            #expect(window.latency(0.5) == 3)
        }
        window.add(histogram)
        #expect(window.perSecond == Array(repeating: 0, count: 60))
        #expect(window.latency(0.5) == nil)
        #expect(window.requests == 1)
        histogram.record(0.5)
        window.add(histogram)
        #expect(window.latency(0.5) == 0.5)
    }

    @Test func saysWhatItHas() {
        let figures = Figures(samples(0, 4), ConnectionCounts())
        #expect(figures.p50 == 1.5)
        #expect(figures.p95 == 1.95)
        #expect(figures.p99 == 1.99)
        #expect(
            figures.shown.map { "\($0.key) \($0.label) \($0.text)" } == [
                "requests requests 4", "rate a second 4", "total connections 0", "p50 p50 1.5 s", "p95 p95 2.0 s",
                "p99 p99 2.0 s",
            ]
        )
    }

    @Test(arguments: [
        (nil, "–"),
        (0, "0 µs"),
        (0.000_000_4, "0 µs"),
        (0.000_037, "37 µs"),
        (0.000_999_4, "999 µs"),
        (0.000_999_96, "1.0 ms"),
        (0.001_24, "1.2 ms"),
        (0.009_94, "9.9 ms"),
        (0.009_96, "10 ms"),
        (0.123_4, "123 ms"),
        (0.999_96, "1.0 s"),
        (7.5, "7.5 s"),
        (75, "75 s"),
        (Double?(7_500), "7500 s"),
    ])
    func saysDurations(_ seconds: Double?, _ text: String) {
        #expect(Figures.text(seconds) == text)
    }

    @Test func drawsNumbers() {
        #expect(Sparkline(values: []).path() == "")
        #expect(Sparkline(values: [0, 0]).path() == "")
        // Few requests make low bars; the highest of many is as high as the chart.
        #expect(Sparkline(values: [0, 1, 5]).path() == "M1 20v-4h.8v4zM2 20v-20h.8v20z")
        #expect(Sparkline(values: [1_000, 1]).path() == "M0 20v-20h.8v20zM1 20v-1h.8v1z")
        let picture = Sparkline(values: [1, 0]).picture(id: "a.b", label: "\"<").description
        #expect(
            picture == """
                <svg class="spark" viewBox="0 0 2 20" preserveAspectRatio="none" role="img" \
                aria-label="&quot;&lt;"><path id="a.b" d="M0 20v-4h.8v4z"/></svg>
                """
        )
    }
}
