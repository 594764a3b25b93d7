import NIOCore
import Testing

@testable import Martlet

/// The end of a server's connection in good order, told without a socket or a clock.
@Suite struct HTTP2GracefulShutdownTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test("The client is told once to send no more requests, and once which was the last")
    func order() {
        var shutdown = HTTP2GracefulShutdown()
        #expect(!shutdown.hasBegun)
        #expect(shutdown.announceLast() == false)
        #expect(shutdown.announce(at: start) == true)
        #expect(shutdown.hasBegun)
        #expect(shutdown.announce(at: start) == false)
        #expect(shutdown.lastStep(hasPeerClosed: false) == .wait)
        #expect(shutdown.announceLast() == true)
        #expect(shutdown.announceLast() == false)
        #expect(shutdown.announce(at: start) == false)
        #expect(shutdown.hasBegun)
        #expect(shutdown.lastStep(hasPeerClosed: false) == .close)
    }

    @Test("It has a second to say that it knows")
    func time() {
        var shutdown = HTTP2GracefulShutdown()
        #expect(!shutdown.isOverdue(at: start + .hours(1)))
        _ = shutdown.announce(at: start)
        let isOverdue = [1_000, 1_001].map { shutdown.isOverdue(at: start + .milliseconds($0)) }
        #expect(isOverdue == [false, true])
        _ = shutdown.announceLast()
        #expect(!shutdown.isOverdue(at: start + .hours(1)))
    }

    @Test("The last request is the one that reaches the limit")
    func limit() {
        var shutdown = HTTP2GracefulShutdown()
        let isLast = [2, 2, nil, 4].map { shutdown.beganRequest(limit: $0) }
        #expect(isLast == [false, true, false, true])
    }

    @Test("A client that leaves is told which request was the last when none is left")
    func leavingPeer() {
        var shutdown = HTTP2GracefulShutdown()
        shutdown.peerLeaves()
        #expect(shutdown.lastStep(hasPeerClosed: false) == .announceAndClose)
        _ = shutdown.announce(at: start)
        _ = shutdown.announceLast()
        #expect(shutdown.lastStep(hasPeerClosed: false) == .close)
    }

    @Test("So is one that has closed its half, once all that it has sent has been used")
    func closedPeer() {
        var shutdown = HTTP2GracefulShutdown()
        #expect(shutdown.lastStep(hasPeerClosed: true) == .announceAndClose)
        shutdown.receivedFrame()
        #expect(!shutdown.isInputUsedUp && shutdown.lastStep(hasPeerClosed: true) == .wait)
        #expect(shutdown.usedUpInput() == true)
        #expect(shutdown.usedUpInput() == false)
        #expect(shutdown.isInputUsedUp && shutdown.lastStep(hasPeerClosed: true) == .announceAndClose)
        #expect(shutdown.lastStep(hasPeerClosed: false) == .wait)
    }
}
