import Testing

@testable import Martlet

/// Which request gets which connection, told without either.
@Suite struct HostPoolTests {
    private final class Thing: Equatable {
        static func == (one: Thing, other: Thing) -> Bool { one === other }
    }

    private typealias Pool = HostPool<Thing, Thing>

    /// What `submission` says, and the connection to use.
    private func word(_ submission: Pool.Submission) -> String {
        switch submission {
        case .use: "use"
        case .connect: "connect"
        case .wait: "wait"
        }
    }

    // MARK: Connections for one request at a time

    @Test("A free connection is used last in, first out; requests are served first in, first out")
    func poolOrder() {
        var pool = Pool(limit: 2)
        let (a, b, c, d) = (Thing(), Thing(), Thing(), Thing())
        let (one, two) = (Thing(), Thing())
        for waiter in [a, b] {
            guard case .connect = pool.submit(waiter, isPreferred: nil) else { Issue.record("no connect"); return }
        }
        for waiter in [c, d] {
            guard case .wait = pool.submit(waiter, isPreferred: nil) else { Issue.record("no wait"); return }
        }
        for (connection, isNew, expected) in [(one, true, a), (two, true, b), (two, false, c), (one, false, d)] {
            guard case .serve(let waiter) = pool.release(connection, isNew: isNew, mayKeep: true) else {
                Issue.record("nobody served"); return
            }
            #expect(waiter === expected)
        }
        for connection in [one, two] {
            guard case .keep = pool.release(connection, isNew: false, mayKeep: true) else {
                Issue.record("not kept"); return
            }
        }
        guard case .use(let first) = pool.submit(a, isPreferred: nil) else { Issue.record("not used"); return }
        #expect(first === two)
        #expect(pool.openCount == 2 && pool.idle.count == 1)
        guard case .use(let preferred) = pool.submit(b, isPreferred: { $0 === one }) else {
            Issue.record("not used"); return
        }
        #expect(preferred === one)
        let next = (pool.closed(one), pool.closed(two))
        #expect(next.0.isEmpty && next.1.isEmpty)
        #expect(pool.isEmpty)
    }

    @Test("A connection that fails takes only its own request with it, and another one is made for the rest")
    func poolFailures() {
        var pool = Pool(limit: 1)
        let (a, b) = (Thing(), Thing())
        _ = pool.submit(a, isPreferred: nil)
        _ = pool.submit(b, isPreferred: nil)
        let (fails, next) = pool.connectFailed(for: a)
        #expect(fails && next.map { $0 === b } == [true])
        #expect(pool.openCount == 1 && pool.connectingCount == 1)
        let forgot = pool.forget(b)
        #expect(forgot)
        let connection = Thing()
        guard case .keep = pool.release(connection, isNew: true, mayKeep: true) else {
            Issue.record("not kept"); return
        }
        let taken = (pool.takeIdle(connection), pool.takeIdle(connection))
        #expect(taken == (true, false))
        let c = Thing()
        _ = pool.submit(c, isPreferred: nil)
        let after = pool.closed(connection)
        #expect(after.map { $0 === c } == [true])
    }

    @Test("No more connections are made than the limit, and a request takes a free one where it is reached")
    func limit() {
        var pool = Pool(limit: 1)
        let (a, b, one) = (Thing(), Thing(), Thing())
        #expect(word(pool.submit(a, avoidsIdle: true, isPreferred: nil)) == "connect")
        #expect(word(pool.submit(b, avoidsIdle: true, isPreferred: nil)) == "wait")
        for waiter in [a, b] {
            guard case .serve(let served) = pool.release(one, isNew: waiter === a, mayKeep: true) else {
                Issue.record("nobody served"); return
            }
            #expect(served === waiter)
        }
        guard case .keep = pool.release(one, isNew: false, mayKeep: true) else { Issue.record("not kept"); return }
        #expect(word(pool.submit(a, avoidsIdle: true, isPreferred: nil)) == "use")
        #expect(pool.openCount == 1)
    }

    @Test("A request that avoids free connections gets a new one")
    func avoidsIdle() {
        var pool = Pool(limit: 2)
        _ = pool.submit(Thing(), isPreferred: nil)
        guard case .serve = pool.release(Thing(), isNew: true, mayKeep: true) else {
            Issue.record("nobody served"); return
        }
        guard case .keep = pool.release(Thing(), isNew: false, mayKeep: true) else { Issue.record("not kept"); return }
        #expect(word(pool.submit(Thing(), avoidsIdle: true, isPreferred: nil)) == "connect")
        #expect(pool.idle.count == 1 && pool.openCount == 2)
    }

    @Test("A connection that is not to be kept serves those that wait, and closes then")
    func notKept() {
        var pool = Pool(limit: 1)
        let (a, b, one) = (Thing(), Thing(), Thing())
        _ = pool.submit(a, isPreferred: nil)
        _ = pool.submit(b, isPreferred: nil)
        for (isNew, expected) in [(true, a), (false, b)] {
            guard case .serve(let waiter) = pool.release(one, isNew: isNew, mayKeep: false) else {
                Issue.record("nobody served"); return
            }
            #expect(waiter === expected)
        }
        guard case .close = pool.release(one, isNew: false, mayKeep: false) else { Issue.record("kept"); return }
        #expect(pool.idle.isEmpty)
    }

    // MARK: Connections that are shared

    @Test("Everybody waits for the first connection, which takes all it can; then another one is made")
    func sharing() {
        var pool = Pool(limit: 3, knowledge: .none)
        let waiters = (0..<6).map { _ in Thing() }
        let words = waiters.map { word(pool.submit($0, isPreferred: nil)) }
        #expect(words == ["connect", "wait", "wait", "wait", "wait", "wait"])
        #expect(pool.openCount == 1)
        let (one, two) = (Thing(), Thing())
        let first = pool.join(one, capacity: 2)
        #expect(first.map { $0 === waiters[0] || $0 === waiters[1] } == [true, true])
        // The others get one that is made, not one each.
        let next = pool.waitersToConnectFor()
        #expect(next.map { $0 === waiters[2] } == [true])
        let none = pool.waitersToConnectFor()
        #expect(none.isEmpty)
        let second = pool.join(two, capacity: 2)
        #expect(second.count == 2 && pool.waiting.count == 2)
        // Who ends makes room.
        guard case .serve(let served) = pool.streamEnded(on: one, mayKeep: true) else {
            Issue.record("nobody served"); return
        }
        #expect(served === waiters[4])
        let more = pool.setCapacity(3, of: two)
        #expect(more.map { $0 === waiters[5] } == [true])
        #expect(pool.waiting.isEmpty && pool.idleCount == 0)
    }

    @Test("Where a new connection has no room for all that wait, another one is made at once")
    func crowd() {
        var pool = Pool(limit: 8, knowledge: .shared)
        let waiters = (0..<5).map { _ in Thing() }
        for waiter in waiters { _ = pool.submit(waiter, isPreferred: nil) }
        let first = pool.join(Thing(), capacity: 2)
        let next = pool.waitersToConnectFor()
        #expect(first.count == 2 && next.map { $0 === waiters[2] } == [true])
        let further = pool.waitersToConnectFor()
        #expect(further.isEmpty, "one at a time")
        let second = pool.join(Thing(), capacity: 3)
        let none = pool.waitersToConnectFor()
        #expect(second.count == 3 && none.isEmpty)
    }

    @Test("A server that turns out to take one request at a time gets a connection for each")
    func oneAtATime() {
        var pool = Pool(limit: 3, knowledge: .none)
        let waiters = (0..<5).map { _ in Thing() }
        for waiter in waiters { _ = pool.submit(waiter, isPreferred: nil) }
        guard case .serve(let served) = pool.release(Thing(), isNew: true, mayKeep: true) else {
            Issue.record("nobody served"); return
        }
        #expect(served === waiters[0])
        let next = pool.waitersToConnectFor()
        #expect(next.map { $0 === waiters[1] || $0 === waiters[2] } == [true, true])
        #expect(pool.openCount == 3)
    }

    @Test("When the first connection can't be made, the others do not wait for one attempt after the other")
    func failure() {
        var pool = Pool(limit: 8, knowledge: .none)
        let waiters = (0..<4).map { _ in Thing() }
        for waiter in waiters { _ = pool.submit(waiter, isPreferred: nil) }
        let (fails, next) = pool.connectFailed(for: waiters[0])
        #expect(fails && next.count == 3)
        // Those that are shared after all take everybody.
        let first = pool.join(Thing(), capacity: 100)
        let second = pool.join(Thing(), capacity: 100)
        #expect(first.count == 3 && second.isEmpty)
    }

    @Test("A server that lowers its limit gets no more than that; one that takes nothing gets no more connections")
    func lowering() {
        var pool = Pool(limit: 8, knowledge: .shared)
        let (a, b, c) = (Thing(), Thing(), Thing())
        _ = pool.submit(a, isPreferred: nil)
        _ = pool.submit(b, isPreferred: nil)
        let one = Thing()
        _ = pool.join(one, capacity: 2)
        _ = pool.setCapacity(0, of: one)
        #expect(word(pool.submit(c, isPreferred: nil)) == "wait")
        guard case .keep = pool.streamEnded(on: one, mayKeep: true) else { Issue.record("not kept"); return }
        let raised = pool.setCapacity(2, of: one)
        #expect(raised.map { $0 === c } == [true])
    }

    @Test("One that is retired takes nobody; the next request gets a new one")
    func retiring() {
        var pool = Pool(limit: 8, knowledge: .shared)
        let (a, b) = (Thing(), Thing())
        _ = pool.submit(a, isPreferred: nil)
        let one = Thing()
        _ = pool.join(one, capacity: 100)
        let nobody = pool.retire(one)
        #expect(nobody.isEmpty)
        #expect(word(pool.submit(b, isPreferred: nil)) == "connect")
        guard case .keep = pool.streamEnded(on: one, mayKeep: false) else { Issue.record("not kept"); return }
        let closed = pool.closed(one)
        #expect(closed.isEmpty && pool.openCount == 1)
    }

    @Test("A free one can be taken out of use, a used one not")
    func idle() {
        var pool = Pool(limit: 8, knowledge: .shared)
        let one = Thing()
        _ = pool.submit(Thing(), isPreferred: nil)
        _ = pool.join(one, capacity: 100)
        let used = pool.takeIdle(one)
        _ = pool.streamEnded(on: one, mayKeep: true)
        let count = pool.idleCount
        let free = pool.takeIdle(one)
        #expect(!used && count == 1 && free)
        _ = pool.closed(one)
        #expect(pool.isEmpty)
    }

    @Test("One that is not to be kept closes with the last of its requests")
    func lastStream() {
        var pool = Pool(limit: 8, knowledge: .shared)
        let one = Thing()
        _ = pool.submit(Thing(), isPreferred: nil)
        _ = pool.join(one, capacity: 100)
        #expect(word(pool.submit(Thing(), isPreferred: nil)) == "use")
        guard case .keep = pool.streamEnded(on: one, mayKeep: false) else { Issue.record("not kept"); return }
        guard case .close = pool.streamEnded(on: one, mayKeep: false) else { Issue.record("kept"); return }
    }
}
