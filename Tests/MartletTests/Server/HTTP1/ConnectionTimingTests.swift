import NIOCore
import Testing

@testable import Martlet

/// When a connection has waited too long, told without a clock.
@Suite struct ConnectionTimingTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let configuration = HTTPServer.Configuration()

    private func check(
        _ timing: inout ConnectionTiming,
        after seconds: Int64,
        _ wait: ConnectionTiming.Wait,
        unsent: Int = 0
    ) -> ConnectionTiming.Violation? {
        timing.check(now: start + .seconds(seconds), wait: wait, unsentBytes: unsent, configuration: configuration)
    }

    @Test("The first head may take 30 seconds from the opening of the connection")
    func firstHead() {
        var timing = ConnectionTiming(openedAt: start)
        #expect(check(&timing, after: 30, .request) == nil)
        #expect(check(&timing, after: 31, .request) == .slowHead)
    }

    @Test("A connection is idle since a check has noticed it, and not within a request or a head")
    func idleTime() {
        var timing = ConnectionTiming(openedAt: start)
        #expect(timing.idleTime(at: start + .seconds(3)) == .seconds(3))
        timing.isInsideHead = true
        #expect(timing.idleTime(at: start + .seconds(3)) == .zero)
        timing.beganRequest(at: start + .seconds(3))
        #expect(timing.idleTime(at: start + .seconds(4)) == .zero)
        #expect(check(&timing, after: 5, .handler) == nil)
        #expect(timing.idleTime(at: start + .seconds(6)) == .zero)
        #expect(check(&timing, after: 7, .request) == nil)
        #expect(timing.idleTime(at: start + .seconds(9)) == .seconds(2))
    }

    @Test("Between requests a connection may idle for 120 seconds, and a head that has begun take 30")
    func idle() {
        var timing = ConnectionTiming(openedAt: start)
        timing.beganRequest(at: start)
        #expect(check(&timing, after: 0, .handler) == nil)
        #expect(check(&timing, after: 1, .request) == nil)
        #expect(check(&timing, after: 121, .request) == nil)
        #expect(check(&timing, after: 122, .request) == .idle)

        timing.isInsideHead = true
        #expect(check(&timing, after: 122, .request) == nil)
        #expect(check(&timing, after: 153, .request) == .slowHead)
    }

    @Test("A content that somebody waits for comes at 240 bytes a second, after 5 seconds of grace")
    func slowContent() {
        var timing = ConnectionTiming(openedAt: start)
        timing.beganRequest(at: start)
        #expect(check(&timing, after: 0, .content) == nil)
        timing.received(6 * 240)
        #expect(check(&timing, after: 5, .content) == nil)
        #expect(check(&timing, after: 6, .content) == nil)
        // What came before does not excuse what comes now.
        timing.received(240)
        #expect(check(&timing, after: 12, .content) == .slowContent)
    }

    @Test("S3: A handler that sends nothing to a client that has finished sending has 5 seconds")
    func silentHandler() {
        var timing = ConnectionTiming(openedAt: start)
        timing.beganRequest(at: start)
        #expect(check(&timing, after: 10, .handler) == nil)
        timing.peerFinished(at: start + .seconds(10))
        #expect(check(&timing, after: 15, .handler) == nil)
        #expect(check(&timing, after: 16, .handler) == .silentHandler)
        // Once is enough.
        #expect(check(&timing, after: 30, .handler) == nil)
    }

    @Test("S3: Once something has been sent to it, a client that has finished sending is known to be there")
    func sentAfterHalfClose() {
        var timing = ConnectionTiming(openedAt: start)
        timing.beganRequest(at: start)
        timing.peerFinished(at: start)
        timing.sent()
        #expect(check(&timing, after: 100, .handler) == nil)
        timing.beganRequest(at: start + .seconds(100))
        #expect(check(&timing, after: 200, .handler) == nil)
    }

    @Test("Time in which nobody waits for the client does not count against it")
    func handlerTime() {
        var timing = ConnectionTiming(openedAt: start)
        timing.beganRequest(at: start)
        #expect(check(&timing, after: 0, .content) == nil)
        #expect(check(&timing, after: 4, .content) == nil)
        #expect(check(&timing, after: 100, .handler) == nil)
        #expect(check(&timing, after: 104, .content) == nil)
        #expect(check(&timing, after: 108, .content) == nil)
        #expect(check(&timing, after: 110, .content) == .slowContent)
    }

    @Test("A client that takes nothing for 30 seconds is given up; one that takes a byte is not")
    func stalledOutput() {
        var timing = ConnectionTiming(openedAt: start)
        #expect(check(&timing, after: 0, .nothing, unsent: 1000) == nil)
        #expect(check(&timing, after: 30, .nothing, unsent: 1000) == nil)
        #expect(check(&timing, after: 31, .nothing, unsent: 999) == nil)
        #expect(check(&timing, after: 61, .nothing, unsent: 999) == nil)
        #expect(check(&timing, after: 62, .nothing, unsent: 999) == .stalledOutput)
    }

    @Test("A handler's time is not limited unless it is configured")
    func slowHandler() {
        var timing = ConnectionTiming(openedAt: start)
        timing.beganRequest(at: start)
        #expect(check(&timing, after: 3600, .handler) == nil)
        var limited = configuration
        limited.handlerTimeout = .seconds(2)
        let violation = timing.check(
            now: start + .seconds(3),
            wait: .handler,
            unsentBytes: 0,
            configuration: limited
        )
        #expect(violation == .slowHandler)
    }

    @Test("A response without an end of its own takes as long as it likes, if the client is there")
    func endlessHandler() {
        var limited = configuration
        limited.handlerTimeout = .seconds(2)
        var timing = ConnectionTiming(openedAt: start)
        timing.beganRequest(at: start)
        func check(after seconds: Int64) -> ConnectionTiming.Violation? {
            let now = start + .seconds(seconds)
            return timing.check(now: now, wait: .endlessHandler, unsentBytes: 0, configuration: limited)
        }
        #expect(check(after: 3600) == nil)
        timing.peerFinished(at: start + .seconds(3600))
        #expect(check(after: 3605) == nil)
        #expect(check(after: 3606) == .silentHandler)
    }
}
