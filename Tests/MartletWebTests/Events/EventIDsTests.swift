import HTTPWire
import Testing

@testable import MartletWeb

@Suite("Ids of events")
struct EventIDsTests {
    @Test("count from the epoch of a feed")
    func counted() {
        var ids = EventIDs(epoch: "e")
        ids.give("ignored")
        ids.forget(before: 9)
        #expect(ids.id(of: 7) == "e-7")
        #expect(ids.number(of: "e-7") == 7)
        for other in ["f-7", "e-07", "e-+7", "e-", "7", "ignored", ""] { #expect(ids.number(of: other) == nil) }
    }

    @Test("or are given, and kept as long as the events are")
    func given() {
        var ids = EventIDs(beginning: "0-0")
        #expect(ids.id(of: 0) == "0-0")
        for id in ["5-0", "6-0", "6-1"] { ids.give(id) }
        for (number, id) in ["0-0", "5-0", "6-0", "6-1"].enumerated() {
            #expect(ids.id(of: UInt64(number)) == id)
            #expect(ids.number(of: id) == UInt64(number))
        }
        // The event of the id is not kept, but those after it.
        ids.forget(before: 2)
        #expect(ids.number(of: "0-0") == nil)
        #expect(ids.number(of: "5-0") == nil)
        #expect(ids.number(of: "6-0") == 2)
        #expect(ids.id(of: 2) == "6-0")
        #expect(ids.id(of: 1) == "")
        #expect(ids.id(of: 4) == "")
        // A reset has the id of an event that was before.
        ids.give("6-0")
        #expect(ids.number(of: "6-0") == 4)
        ids.forget(before: 3)
        #expect(ids.number(of: "6-0") == 4)
        ids.forget(before: 9)
        #expect(ids.id(of: 4) == "6-0")
        #expect(ids.number(of: "6-1") == nil)
    }

    @Test("are those of the feed, from which clients go on")
    func feed() throws {
        let feed = EventFeed(configuration: EventFeed.Configuration(), beginningAt: "1-0")
        #expect(feed.lastID == "1-0")
        feed.publish(ServerSentEvent("a"), id: "2-0")
        #expect(feed.lastID == "2-0")
        feed.finish()
        feed.publish(ServerSentEvent("b"), id: "3-0")
        #expect(feed.lastID == "2-0")
    }
}
