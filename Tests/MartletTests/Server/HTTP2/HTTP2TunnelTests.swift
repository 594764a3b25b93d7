import NIOCore
import Testing

@testable import Martlet

/// A stream that carries another protocol, told without a socket or a clock.
@Suite struct HTTP2TunnelTests {
    private func time(_ milliseconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .milliseconds(milliseconds) }

    @Test("It begins open, with room, and for the receiver it is given")
    func begin() {
        let receiver = TestReceiver()
        let tunnel = HTTP2Tunnel(to: receiver)
        #expect(tunnel.receiver === receiver && !tunnel.isClosed && !tunnel.isFull)
    }

    @Test("Another receiver takes over, and nothing else changes")
    func move() {
        let receiver = TestReceiver()
        var tunnel = HTTP2Tunnel(to: TestReceiver())
        tunnel.filled(true)
        tunnel.close()
        tunnel.move(to: receiver)
        #expect(tunnel.receiver === receiver && tunnel.isClosed && tunnel.isFull)
    }

    @Test("It is full until there is room again")
    func room() {
        var tunnel = HTTP2Tunnel(to: TestReceiver())
        tunnel.filled(true)
        #expect(tunnel.isFull)
        tunnel.filled(false)
        #expect(!tunnel.isFull)
    }

    @Test("A client has two seconds to end its side, from when that is first looked at")
    func overdue() {
        var tunnel = HTTP2Tunnel(to: TestReceiver())
        tunnel.close()
        let isOverdue = [5_000, 5_000, 6_999, 7_000, 9_000].map { tunnel.isOverdue(at: time($0)) }
        #expect(isOverdue == [false, false, false, true, true])
    }
}
