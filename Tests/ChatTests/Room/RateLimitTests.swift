import Testing

@testable import chat

struct RateLimitTests {
    @Test func letsABurstThroughAndThenAFlow() {
        let start = ContinuousClock.now
        var limit = RateLimit(burst: 3, perSecond: 2)
        for _ in 0..<3 { #expect(limit.take(at: start) == nil) }
        #expect(limit.take(at: start) == .milliseconds(500))
        #expect(limit.take(at: start + .milliseconds(250)) == .milliseconds(250))
        #expect(limit.take(at: start + .milliseconds(500)) == nil)
        #expect(limit.take(at: start + .milliseconds(500)) == .milliseconds(500))
        // A long rest makes no longer burst.
        for _ in 0..<3 { #expect(limit.take(at: start + .seconds(100)) == nil) }
        #expect(limit.take(at: start + .seconds(100)) == .milliseconds(500))
    }
}
