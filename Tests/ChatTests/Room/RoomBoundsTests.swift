import Martlet
import Synchronization
import Testing

@testable import chat

/// What a room keeps, and what it does for each message, however much has been said before.
struct RoomBoundsTests {
    /// 100,000 messages take a second in a debug build.
    @Test(
        "100,000 messages with a client that reads nothing: memory is bounded, and each message costs the same",
        arguments: [(10_000, 300), (100_000, 300), (100_000, 3_000)]
    )
    func manyMessages(count: Int, size: Int) {
        let limits = ChatLimits()
        var tail = MessageTail(messages: limits.tail, bytes: limits.historyBytes)
        let slow = Outbox(limit: limits.outbox)
        let json = String(repeating: "x", count: size)
        var longest = (bytes: 0, count: 0, waiting: 0)
        for sequence in 1...count {
            tail.append(EncodedMessage(sequence: sequence, json: json))
            slow.add(json)
            longest.bytes = max(longest.bytes, tail.bytes)
            longest.count = max(longest.count, tail.count)
            longest.waiting = max(longest.waiting, slow.waiting.bytes)
        }
        #expect(longest.bytes <= limits.historyBytes)
        #expect(longest.count == min(limits.tail, limits.historyBytes / size))
        #expect(longest.waiting <= limits.outbox.bytes)
        // The slow one is given up, and nothing is kept for it.
        #expect(slow.waiting == (0, 0))
        // No message is moved more than once on average.
        #expect(tail.moved <= count)
        #expect(tail.after(count - 7)?.map(\.sequence) == Array(count - 6...count))
        #expect(tail.after(count - longest.count)?.count == longest.count)
        #expect(tail.after(count - longest.count - 1) == nil)
    }

    @Test("R24: what it costs that one comes back does not depend on how many do", arguments: [250, 4_000])
    func comingBack(count: Int) {
        let comparisons = Counter()
        let names = (0..<count).map { CountedName(number: $0, comparisons: comparisons) }
        var changes = UntoldChanges<Int, CountedName>()
        for name in names { changes.leave(name) }
        // One half comes back.
        for name in names.prefix(count / 2) {
            let isKnown = changes.comeBack(as: name)
            #expect(isKnown)
        }
        let gone = changes.takeAll().gone
        #expect(gone.count == count - count / 2)
        #expect(changes.isEmpty)
        // A list would be searched for each: half of it on average.
        let made = comparisons.value.load(ordering: .relaxed)
        #expect(made <= 20 * count, "\(made) comparisons")
    }

    @Test func keepsNothingThatIsTooLarge() {
        var tail = MessageTail(messages: 10, bytes: 100)
        #expect(tail.after(0) == [])
        tail.append(EncodedMessage(sequence: 1, json: String(repeating: "x", count: 101)))
        #expect(tail.count == 0)
        #expect(tail.bytes == 0)
        #expect(tail.last == 1)
        #expect(tail.after(0) == nil)
        #expect(tail.after(1) == [])
        #expect(tail.after(2) == nil)
        #expect(tail.latest(5) == [])
    }

    @Test func looksForPlacesAndNotForNumbers() {
        // The log of a damaged disk has gaps.
        var tail = MessageTail(messages: 10, bytes: 1_000)
        for sequence in [4, 5, 9, 10] { tail.append(EncodedMessage(sequence: sequence, json: "x")) }
        #expect(tail.after(3)?.map(\.sequence) == [4, 5, 9, 10])
        #expect(tail.after(5)?.map(\.sequence) == [9, 10])
        #expect(tail.after(7)?.map(\.sequence) == [9, 10])
        for place in [2, 11, -1, .min, .max] { #expect(tail.after(place) == nil) }
    }
}

/// A name that counts how many times it is compared with another.
private struct CountedName: Hashable, Sendable {
    let number: Int
    let comparisons: Counter

    static func == (one: Self, other: Self) -> Bool {
        one.comparisons.value.add(1, ordering: .relaxed)
        return one.number == other.number
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(number)
    }
}

private final class Counter: Sendable {
    let value = Atomic(0)
}
