import Foundation
import Martlet
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

    @Test("R24: what it costs that one comes back does not depend on how many do")
    func comingBack() throws {
        func cost(_ count: Int) throws -> Duration {
            let requests = (1...count).map { number in
                ClientRequest(.join(name: "m \(number)", key: nil, after: nil), room: "lobby", limits: ChatLimits())
            }
            var room = ChatRoomState(room: "lobby")
            func member(_ number: Int) -> ChatRoomState.MemberID { .init(number: UInt64(number)) }
            let now = ContinuousClock.now
            for (number, request) in requests.enumerated() {
                _ = try room.receive(request, from: member(number), at: now, time: 0)
            }
            _ = room.receive(.people(room.takeChanges()))
            let start = processorTime()
            // One half comes back under the same name, and one goes.
            for number in 0..<count { room.leave(member(number)) }
            for number in 0..<count / 2 {
                _ = try room.receive(requests[number], from: member(count + number), at: now, time: 0)
            }
            let changes = room.takeChanges()
            let end = processorTime()
            #expect(changes.left.count == count - count / 2)
            return (end - start) / count
        }
        _ = try cost(100)
        // With lists that are searched for each it is sixteen times as much, and more. A busy machine adds to some runs; it
        // takes nothing away.
        #expect(try (0..<5).contains { _ in try cost(4_000) < cost(250) * 6 })
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

/// How long this thread has worked.
private func processorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(Int(time.tv_sec)) + .nanoseconds(Int(time.tv_nsec))
}
