import NIOCore
import Testing

@testable import Martlet

/// The rules of a client's connection that speaks HTTP/2, told without a socket or a clock.
@Suite struct HTTP2ClientMachineTests {
    private typealias Machine = HTTP2ClientMachine

    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let start = Self.start

    /// A connection that the pool has.
    private func pooled() -> Machine {
        var machine = Machine(at: Self.start)
        _ = machine.join(at: Self.start)
        return machine
    }

    // MARK: Requests

    @Test("A connection takes requests from the beginning, and has been used after the first")
    func reuse() {
        var machine = Machine(at: start)
        #expect(machine.isActive && !machine.isReused)
        #expect(machine.mayBegin(streamCount: 0))
        machine.begin()
        #expect(machine.isReused)
        #expect(machine.mayBegin(streamCount: 1))
    }

    @Test("It takes as many at once as the server accepts, a hundred before that is known")
    func capacity() {
        var machine = pooled()
        #expect(machine.capacity == 100)
        #expect(machine.mayBegin(streamCount: 99))
        #expect(!machine.mayBegin(streamCount: 100))
        #expect(machine.setCapacity(2) == true)
        #expect(machine.mayBegin(streamCount: 1))
        #expect(!machine.mayBegin(streamCount: 2))
        #expect(machine.setCapacity(0) == true)
        #expect(!machine.mayBegin(streamCount: 0))
        #expect(machine.setCapacity(200) == true)
        #expect(machine.mayBegin(streamCount: 199))
    }

    // MARK: The pool

    @Test("What the server accepts is told to the pool when it gets the connection, and from then on")
    func join() {
        var machine = Machine(at: start)
        #expect(machine.setCapacity(7) == false)
        #expect(machine.join(at: start) == true)
        #expect(machine.capacity == 7)
        #expect(machine.setCapacity(8) == true)
        _ = machine.leave()
        #expect(machine.setCapacity(9) == false)
        #expect(machine.capacity == 9)
    }

    @Test("The pool does not get a connection that is leaving, closing or closed")
    func joinLate() {
        let ends: [(inout Machine) -> Void] = [
            { _ = $0.leave() },
            { $0.close() },
            { _ = $0.channelClosed() },
        ]
        for end in ends {
            var machine = Machine(at: start)
            end(&machine)
            #expect(machine.join(at: start) == false)
            #expect(machine.streamEnded(isIdle: true, at: start) == .nothing)
        }
    }

    @Test("When a stream ends, the pool is told, if it knows of the connection")
    func streamEnded() {
        var machine = Machine(at: start)
        #expect(machine.streamEnded(isIdle: true, at: start) == .nothing)
        _ = machine.join(at: start)
        machine.begin()
        #expect(machine.streamEnded(isIdle: false, at: start) == .tellPool)
        #expect(machine.streamEnded(isIdle: true, at: start) == .tellPool)
    }

    // MARK: The end

    @Test("After GOAWAY no request begins, and the connection is closed with its last stream")
    func leave() {
        var machine = pooled()
        #expect(machine.leave() == true)
        #expect(machine.leave() == false)
        #expect(machine.isActive)
        #expect(!machine.mayBegin(streamCount: 0))
        #expect(machine.streamEnded(isIdle: false, at: start) == .tellPool)
        #expect(machine.streamEnded(isIdle: true, at: start) == .tellPoolAndClose)
    }

    @Test("A connection that is leaving before the pool has it does not tell the pool")
    func leaveEarly() {
        var machine = Machine(at: start)
        #expect(machine.leave() == false)
        #expect(!machine.mayBegin(streamCount: 0))
        #expect(machine.channelClosed() == .end)
    }

    @Test("Once it is closing, nothing is accepted or sent")
    func close() {
        var machine = pooled()
        machine.close()
        #expect(!machine.isActive)
        #expect(!machine.mayBegin(streamCount: 0))
        #expect(machine.leave() == false)
        #expect(machine.setCapacity(5) == false)
        #expect(machine.streamEnded(isIdle: true, at: start) == .tellPool)
        #expect(machine.channelClosed() == .endInPool)
    }

    @Test("It is closed once")
    func channelClosed() {
        var machine = pooled()
        #expect(machine.channelClosed() == .endInPool)
        #expect(machine.channelClosed() == .nothing)
        #expect(!machine.isActive)
        // Nothing brings it back.
        machine.close()
        machine.awaitRoom(since: start)
        #expect(check(machine, after: .hours(1)) == .nothing)
        #expect(machine.channelClosed() == .nothing)
    }

    // MARK: Deadlines

    private func check(_ machine: Machine, after time: TimeAmount, isIdle: Bool = true) -> Machine.DeadlineStep {
        machine.checkDeadlines(at: start + time, idleTimeout: .seconds(10), isIdle: isIdle)
    }

    @Test("A connection may be idle for so long, counted from the end of its last stream")
    func idle() {
        var machine = pooled()
        #expect(check(machine, after: .milliseconds(9_999)) == .nothing)
        #expect(check(machine, after: .seconds(10)) == .closeIdle)
        _ = machine.streamEnded(isIdle: false, at: start + .seconds(5))
        #expect(check(machine, after: .seconds(10)) == .closeIdle)
        _ = machine.streamEnded(isIdle: true, at: start + .seconds(5))
        #expect(check(machine, after: .seconds(14)) == .nothing)
        #expect(check(machine, after: .seconds(15)) == .closeIdle)
        #expect(machine.checkDeadlines(at: start + .hours(1), idleTimeout: nil, isIdle: true) == .nothing)
    }

    @Test("The time from the socket to the pool is not idle")
    func slowHandshake() {
        var machine = Machine(at: start)
        _ = machine.join(at: start + .seconds(5))
        #expect(check(machine, after: .seconds(14)) == .nothing)
        #expect(check(machine, after: .seconds(15)) == .closeIdle)
    }

    @Test("While streams are open, their deadlines count, also on a connection that is leaving")
    func streams() {
        var machine = pooled()
        #expect(check(machine, after: .seconds(1), isIdle: false) == .checkStreams)
        _ = machine.leave()
        #expect(check(machine, after: .hours(1), isIdle: false) == .checkStreams)
    }

    @Test("A server may take a second to make room for the last frame")
    func goodbye() {
        var machine = pooled()
        machine.awaitRoom(since: start)
        #expect(machine.isActive)
        machine.close()
        #expect(check(machine, after: .hours(1)) == .nothing)
        machine.awaitRoom(since: start)
        #expect(check(machine, after: .milliseconds(999)) == .nothing)
        #expect(check(machine, after: .seconds(1)) == .abort)
    }
}
