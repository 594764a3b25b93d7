import Testing

@testable import Martlet

/// Streams that wait for something to be done.
@Suite struct HTTP2StreamQueueTests {
    private final class Stream: HTTP2QueuedStream {
        private var queues: HTTP2QueueKinds = []

        func enter(_ queue: HTTP2QueueKinds) -> Bool { queues.insert(queue).inserted }

        func leave(_ queue: HTTP2QueueKinds) { queues.remove(queue) }
    }

    @Test("Each stream is in it once, in the order in which they came")
    func order() {
        var queue = HTTP2StreamQueue<Stream>(.arrivals)
        let (one, two) = (Stream(), Stream())
        #expect(queue.isEmpty)
        let added = [queue.append(one), queue.append(two), queue.append(one)]
        #expect(added == [true, true, false])
        #expect(queue.count == 2)
        let taken = [queue.popFirst(), queue.popFirst(), queue.popFirst()]
        #expect(taken[0] === one && taken[1] === two && taken[2] == nil)
        #expect(queue.isEmpty)
    }

    @Test("A stream that was taken out can be added again, behind the others")
    func again() {
        var queue = HTTP2StreamQueue<Stream>(.content)
        let (one, two) = (Stream(), Stream())
        queue.append(one)
        queue.append(two)
        let first = queue.popFirst()
        let isAdded = queue.append(one)
        #expect(first === one && isAdded)
        let rest = [queue.popFirst(), queue.popFirst()]
        #expect(rest[0] === two && rest[1] === one)
    }

    @Test("Queues for different things do not know of each other")
    func kinds() {
        var arrivals = HTTP2StreamQueue<Stream>(.arrivals)
        var content = HTTP2StreamQueue<Stream>(.content)
        let stream = Stream()
        let added = [arrivals.append(stream), content.append(stream)]
        #expect(added == [true, true])
        _ = arrivals.popFirst()
        let addedLater = [arrivals.append(stream), content.append(stream)]
        #expect(addedLater == [true, false])
    }
}
