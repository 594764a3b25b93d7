import Testing

@testable import Martlet

@Suite("When an event source connects again") struct ReconnectionScheduleTests {
    private static func schedule(_ time: Duration, most: Duration = .seconds(60)) -> ReconnectionSchedule {
        var configuration = EventSource.Configuration()
        configuration.reconnectionTime = time
        configuration.maximumDelay = most
        return ReconnectionSchedule(configuration)
    }

    @Test("Each failure doubles the wait, up to the maximum, until something arrives")
    func doubling() {
        var schedule = Self.schedule(.seconds(2), most: .seconds(10))
        let delays = (0..<5).map { _ in schedule.delay(random: 0) }
        #expect(delays == [2, 4, 8, 10, 10].map { .seconds($0) })
        #expect(schedule.failures == 5)
        schedule.received()
        #expect(schedule.failures == 0 && schedule.delay(random: 0) == .seconds(2))
        for _ in 0..<1_000 { #expect(schedule.delay(random: 0) <= .seconds(10)) }
    }

    @Test("Up to half of it is added at random")
    func jitter() {
        var schedule = Self.schedule(.seconds(2))
        #expect(schedule.delay(random: 1) == .seconds(3))
        #expect(schedule.delay(random: 0.5) == .seconds(5))
    }

    @Test("The server's times count, within bounds")
    func bounds() {
        var schedule = Self.schedule(.zero)
        #expect(schedule.delay(random: 0) == .milliseconds(100))
        schedule.received()
        schedule.reconnectionTime = .seconds(7)
        #expect(schedule.delay(random: 0) == .seconds(7))
        #expect(schedule.delay(retryAfter: .seconds(20), random: 0) == .seconds(20))
        #expect(schedule.delay(retryAfter: .seconds(1), random: 0) == .seconds(14))
        #expect(schedule.delay(retryAfter: .seconds(Int64.max), random: 0) == .seconds(60))
        schedule.reconnectionTime = .milliseconds(Int32.max)
        #expect(schedule.delay(random: 0) == .seconds(60))
        var odd = Self.schedule(.seconds(-1), most: .seconds(-1))
        #expect(odd.delay(random: 0) == .milliseconds(100))
    }

    @Test("So many failures in a row are allowed; the end of a connection that has brought something is none")
    func limit() {
        var schedule = Self.schedule(.zero)
        for count in 0..<3 {
            #expect(schedule.isExhausted(after: 2) == (count == 2))
            #expect(!schedule.isExhausted(after: nil))
            _ = schedule.delay(random: 0)
        }
        schedule.received()
        #expect(!schedule.isExhausted(after: 0))
        _ = schedule.delay(random: 0)
        #expect(schedule.failures == 0 && schedule.isExhausted(after: 0))
    }
}
