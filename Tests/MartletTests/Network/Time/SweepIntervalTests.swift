import NIOCore
import Testing

@testable import Martlet

@Suite struct SweepIntervalTests {
    @Test("Deadlines are looked at four times in the shortest of them, within bounds")
    func interval() {
        #expect(TimeAmount.sweepInterval(for: [.seconds(2), nil, .seconds(60)]) == .milliseconds(500))
        #expect(TimeAmount.sweepInterval(for: [.milliseconds(1)]) == .milliseconds(10))
        #expect(TimeAmount.sweepInterval(for: [.seconds(3600)]) == .seconds(1))
        #expect(TimeAmount.sweepInterval(for: [nil]) == .seconds(1))
    }
}
