import Martlet
import Testing

@testable import chat

@Suite(.timeLimit(.minutes(5)))
struct OutboxTests {
    @Test func keepsTheOrder() async {
        let outbox = Outbox()
        for text in ["a", "b", "c"] { outbox.add(text) }
        #expect(await outbox.next() == ["a", "b", "c"])
        async let next = outbox.next()
        outbox.add("d")
        #expect(await next == ["d"])
    }

    @Test(arguments: [Outbox.Limit(messages: 3, bytes: 100), Outbox.Limit(messages: 100, bytes: 15)])
    func endsWhenTooMuchWaits(limit: Outbox.Limit) async {
        let outbox = Outbox(limit: limit)
        for _ in 0..<3 { outbox.add("12345") }
        #expect(outbox.waiting == (3, 15))
        outbox.add("6")
        // What waits for a client that does not take it is not kept.
        #expect(outbox.waiting == (0, 0))
        outbox.add("7")
        #expect(outbox.waiting == (0, 0))
        #expect(await outbox.next() == nil)
        #expect(await outbox.ended() == Outbox.tooSlow)
    }

    @Test func countsAllThatComesAtOnce() async {
        let outbox = Outbox(limit: Outbox.Limit(messages: 5, bytes: 100))
        #expect(outbox.put(Outbox.Item(["a", "bc"])) == nil)
        #expect(outbox.waiting == (2, 3))
        outbox.add("d")
        #expect(await outbox.next() == ["a", "bc", "d"])
        #expect(outbox.waiting == (0, 0))
        _ = outbox.put(Outbox.Item(Array(repeating: "", count: 6)))
        #expect(await outbox.ended() == Outbox.tooSlow)
    }

    @Test func wakesWhoWaitsForTheEnd() async {
        let outbox = Outbox()
        async let reason = outbox.ended()
        async let next = outbox.next()
        outbox.end(WebSocketClose(.normalClosure))
        outbox.end(WebSocketClose(.goingAway))
        #expect(await reason == WebSocketClose(.normalClosure))
        #expect(await next == nil)
    }
}
