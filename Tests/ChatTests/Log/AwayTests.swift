import Testing

@testable import chat

struct AwayTests {
    @Test("H2: what does not answer is asked again after a pause, by one at a time")
    func pauses() {
        let now = ContinuousClock.now
        var away = Away(pause: .seconds(1))
        for _ in 0..<3 { #expect(away.mayAsk(at: now) == true) }
        away.failed(at: now)
        #expect(away.mayAsk(at: now + .milliseconds(999)) == false)
        #expect(away.mayAsk(at: now + .seconds(1)) == true)
        #expect(away.mayAsk(at: now + .milliseconds(1_001)) == false)
        #expect(away.mayAsk(at: now + .seconds(2)) == true)
        away.answered()
        for _ in 0..<3 { #expect(away.mayAsk(at: now) == true) }
    }
}
