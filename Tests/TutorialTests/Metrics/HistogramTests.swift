import Testing

@testable import tutorial

struct HistogramTests {
    private func histogram(_ values: Double...) -> Histogram {
        var histogram = Histogram(bounds: [1, 2, 4])
        for value in values { histogram.record(value) }
        return histogram
    }

    @Test func countsValuesByRange() {
        let values = histogram(0.5, 1, 1.5, 2, 4, 4.1, 100)
        #expect(values.counts == [2, 2, 1, 2])
        #expect(values.count == 7)
        #expect(values.sum == 113.1)
        #expect(histogram(.nan) == histogram())
        #expect(histogram(-1).counts == [1, 0, 0, 0])
    }

    @Test func takesTheValuesOfARangeForEvenlySpread() {
        #expect(histogram().quantile(0.5) == nil)
        // One value, somewhere between 1 and 2.
        #expect(histogram(1.7).quantile(0.5) == 1.5)
        #expect(histogram(1.7).quantile(1) == 2)
        #expect(histogram(1.7).quantile(0) == 1)
        // Ten below 1, ten between 2 and 4: the median is where the first ten end.
        var two = histogram()
        for _ in 0..<10 { two.record(0.5) }
        for _ in 0..<10 { two.record(3) }
        #expect(two.quantile(0.25) == 0.5)
        #expect(two.quantile(0.5) == 1)
        #expect(two.quantile(0.75) == 3)
        #expect(two.quantile(0.95) == 3.8)
        // Never above the last bound, and a part is from 0 to 1.
        #expect(histogram(50).quantile(0.5) == 4)
        #expect(histogram(1.7).quantile(7) == 2)
        #expect(histogram(1.7).quantile(-7) == 1)
    }

    @Test func isAddedAndSubtracted() {
        var sum = histogram(0.5, 3)
        sum.add(histogram(3, 5))
        #expect(sum.counts == [1, 0, 2, 1])
        #expect(sum.sum == 11.5)
        #expect(sum.since(histogram(0.5, 3)) == histogram(3, 5))
        var other = histogram(0.5)
        other.add(Histogram(bounds: [7]))
        #expect(other == histogram(0.5))
        #expect(other.since(Histogram(bounds: [7])) == other)
    }
}
