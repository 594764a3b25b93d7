import NIOCore
import Testing

@testable import MartletWeb

@Suite("The subscribers of a feed") struct EventSubscribersTests {
    private var log = EventLog(maximumCount: 10, maximumBytes: 1_000)
    private var subscribers = EventSubscribers(maximumLag: 3, maximumLagBytes: 20)

    private mutating func publish(_ texts: String...) {
        for text in texts { log.append(ByteBuffer(string: text)) }
    }

    private func send(_ text: String, wasLate: Bool = false) -> EventSubscribers.Step {
        .send(ByteBuffer(string: text), wasLate: wasLate)
    }

    @Test("get what comes after their position, once")
    mutating func events() {
        publish("a")
        let first = subscribers.add(at: EventLog.Position())
        let second = subscribers.add(at: log.end)
        #expect(subscribers.count == 2)
        #expect(!subscribers.isUpToDate(first, with: log) && subscribers.isUpToDate(second, with: log))
        #expect(subscribers.next(first, from: log) == send("a"))
        #expect(subscribers.next(first, from: log) == .wait)
        #expect(subscribers.next(second, from: log) == .wait)
        publish("b", "c")
        #expect(subscribers.next(second, from: log) == send("bc"))
        subscribers.remove(first)
        #expect(subscribers.count == 1)
        #expect(subscribers.next(first, from: log) == .end(.finished))
        #expect(!subscribers.isUpToDate(first, with: log))
    }

    @Test("end after what was in the log by then, for the first reason")
    mutating func ends() {
        publish("a")
        let id = subscribers.add(at: EventLog.Position())
        subscribers.end(id, .shutdown, after: log)
        subscribers.endAll(.finished, after: log)
        #expect(!subscribers.isUpToDate(id, with: log))
        #expect(subscribers.next(id, from: log) == send("a"))
        publish("b")
        #expect(subscribers.next(id, from: log) == .end(.shutdown))
    }

    @Test("are named once when they are too many events behind, until they get on")
    mutating func lag() {
        let slow = subscribers.add(at: log.end)
        let quick = subscribers.add(at: log.end)
        publish("a", "b", "c")
        #expect(subscribers.laggards(of: log) == [])
        #expect(subscribers.next(quick, from: log) == send("abc"))
        publish("d")
        #expect(subscribers.laggards(of: log) == [slow])
        publish("e")
        #expect(subscribers.laggards(of: log) == [])
        #expect(subscribers.next(slow, from: log) == send("abcde", wasLate: true))
        publish("f", "g", "h")
        #expect(subscribers.laggards(of: log) == [quick])
        publish("i")
        #expect(subscribers.laggards(of: log) == [slow])
    }

    @Test("are named when they are too many bytes behind")
    mutating func lagOfBytes() {
        let id = subscribers.add(at: log.end)
        publish(String(repeating: "x", count: 20))
        #expect(subscribers.laggards(of: log) == [])
        publish("y")
        #expect(subscribers.laggards(of: log) == [id])
    }

    @Test("have to leave when the log has lost what they need")
    mutating func lost() {
        let id = subscribers.add(at: log.end)
        for _ in 0..<11 { publish("a") }
        #expect(!subscribers.isUpToDate(id, with: log))
        #expect(subscribers.next(id, from: log) == .end(.behind))
    }
}
