import Testing

@testable import Martlet

/// What passes between the streams of an event loop and the tasks that answer them, told without either: requests are
/// numbers, what wakes a task is a name.
@Suite struct HandlerPoolTests {
    private typealias Pool = HandlerPool<Int, String>

    @Test("Without a task that waits, a request starts one")
    func start() {
        var pool = Pool(limit: 2)
        let deliveries = [pool.deliver(1), pool.deliver(2)]
        #expect(deliveries == [.start, .start])
    }

    @Test("A request wakes the task that came back last, and each task once")
    func resume() {
        var pool = Pool(limit: 2)
        let waits = [pool.wait("a", mayWait: true), pool.wait("b", mayWait: true)]
        #expect(waits == [true, true])
        let deliveries = [pool.deliver(1), pool.deliver(2), pool.deliver(3)]
        #expect(deliveries == [.resume("b"), .resume("a"), .start])
    }

    @Test("A task takes the request that it finds; a second one goes elsewhere")
    func search() {
        var pool = Pool(limit: 2)
        _ = pool.wait("a", mayWait: true)
        pool.beginSearch()
        #expect(!pool.hasFound)
        let deliveries = [pool.deliver(1), pool.deliver(2), pool.deliver(3)]
        #expect(deliveries == [.keep, .resume("a"), .start])
        #expect(pool.hasFound)
        let found = pool.endSearch()
        #expect(found == 1)
        #expect(!pool.hasFound)
    }

    @Test("A task that finds nothing takes nothing that comes later")
    func emptySearch() {
        var pool = Pool(limit: 2)
        pool.beginSearch()
        let found = pool.endSearch()
        #expect(found == nil)
        let delivery = pool.deliver(1)
        #expect(delivery == .start)
    }

    @Test("No more tasks wait than allowed")
    func limit() {
        var pool = Pool(limit: 1)
        let waits = [pool.wait("a", mayWait: true), pool.wait("b", mayWait: true)]
        #expect(waits == [true, false])
        let delivery = pool.deliver(1)
        #expect(delivery == .resume("a"))
        let waitsAgain = pool.wait("b", mayWait: true)
        #expect(waitsAgain)
    }

    @Test("No task waits where no request can come")
    func noRequests() {
        var pool = Pool(limit: 1)
        let waits = pool.wait("a", mayWait: false)
        #expect(!waits)
    }

    @Test("The tasks that wait are let go once")
    func release() {
        var pool = Pool(limit: 2)
        _ = pool.wait("a", mayWait: true)
        _ = pool.wait("b", mayWait: true)
        let released = [pool.release(), pool.release()]
        #expect(released == [["a", "b"], []])
        let delivery = pool.deliver(1)
        #expect(delivery == .start)
    }
}
