import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// The life of a server's connection, told by events.
@Suite struct ServerConnectionStateTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test("A connection is open until it is closed")
    func open() {
        var state = ServerConnectionState(openedAt: start)
        #expect(state.isOpen && !state.isClosed)
        state.close()
        #expect(!state.isOpen && state.isClosed)
    }

    @Test("A connection that is not closing has nothing to finish")
    func notClosing() {
        var state = ServerConnectionState(openedAt: start)
        #expect(state.flushed() == false)
        #expect(state.sent(at: start, hasPeerClosed: false) == nil)
        #expect(!state.isLingering && !state.isLingeringOver(at: start + .hours(1)))
        state.receivedWhileClosing()
        #expect(state.isOpen)
    }

    @Test("It counts only changes")
    func counts() {
        var state = ServerConnectionState(openedAt: start)
        #expect(state.counted == nil)
        #expect(state.count(as: .idle) == true)
        #expect(state.count(as: .idle) == false)
        #expect(state.count(as: .active) == true)
        #expect(state.counted == .active)
        #expect(state.count(as: nil) == true)
    }

    @Test("The last output is flushed once, then its half is closed, and the client has its time")
    func lingering() {
        var state = ServerConnectionState(openedAt: start)
        state.beginClosing(lingeringFor: .seconds(1))
        #expect(!state.isOpen && !state.isLingering)
        #expect(state.flushed() == true)
        #expect(state.flushed() == false)
        #expect(state.sent(at: start, hasPeerClosed: false) == .output)
        #expect(state.isLingering)
        #expect(!state.isLingeringOver(at: start + .milliseconds(999)))
        #expect(state.isLingeringOver(at: start + .seconds(1)))
    }

    @Test("A client that still sends gets the long time to read the last output")
    func receivesWhileClosing() {
        var state = ServerConnectionState(openedAt: start)
        state.beginClosing(lingeringFor: .seconds(1))
        state.receivedWhileClosing()
        #expect(state.flushed() == true)
        #expect(state.sent(at: start, hasPeerClosed: false) == .output)
        #expect(!state.isLingeringOver(at: start + LingeringClose.time - .nanoseconds(1)))
        #expect(state.isLingeringOver(at: start + LingeringClose.time))
    }

    @Test("Nothing lingers when the client has closed its half, or nothing can get lost")
    func closesAtOnce() {
        for (time, hasPeerClosed) in [(TimeAmount.zero, false), (.seconds(1), true)] {
            var state = ServerConnectionState(openedAt: start)
            state.beginClosing(lingeringFor: time)
            #expect(state.flushed() == true)
            #expect(state.sent(at: start, hasPeerClosed: hasPeerClosed) == .connection)
        }
    }

    @Test("The bytes of a detached socket are its receiver's, until the connection is closed")
    func detached() {
        let (first, second) = (TestReceiver(), TestReceiver())
        var state = ServerConnectionState(openedAt: start)
        state.moveReceiver(to: first)
        #expect(state.isOpen && state.receiver == nil)
        state.detach(to: first)
        #expect(!state.isOpen && state.receiver === first)
        state.moveReceiver(to: second)
        #expect(state.receiver === second)
        state.close()
        #expect(state.receiver == nil)
        state.moveReceiver(to: first)
        #expect(state.receiver == nil && state.isClosed)
    }
}
