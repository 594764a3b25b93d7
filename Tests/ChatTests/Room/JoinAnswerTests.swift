import Foundation
import Martlet
import Testing

@testable import chat

/// What somebody gets who comes, as it is when it has gone through an outbox.
struct JoinAnswerTests {
    private let ada = ChatRoomState.MemberID(number: 1)
    /// A text and a name of which each byte is two in JSON.
    private static let quotes = String(repeating: "\"", count: 4_000)
    private static let marks = "a" + String(repeating: "\u{301}", count: 20)

    @Test(
        "H1: what comes after a long absence fits into the outbox, whatever was said",
        arguments: [
            (70, String(repeating: "\u{10348}", count: 4_000)), (1_300, Self.quotes), (1_300, "short"),
            (1_000, String(repeating: "x", count: 1_000)), (50, String(repeating: "\\\n", count: 2_000)),
        ]
    )
    func longAbsence(count: Int, text: String) async throws {
        var room = ChatRoomState(room: "lobby", tail: [message(1, "before")])
        _ = room.receive(.messages((2...count + 1).map { message($0, text) }))
        for after in [1, 0, count / 2, nil] {
            let heard = try await heard(
                from: try room.receive(
                    .join(name: "Ada", key: nil, after: after),
                    from: ada,
                    at: .now,
                    time: 0
                )
            )
            room.leave(ada)
            #expect(heard.map(\.type) == ["welcome", "people", "history"])
            let history = try #require(heard.last)
            let sequences = try #require(history.messages).map(\.sequence)
            // The latest, without a gap; and nothing is kept back in silence.
            let first = try #require(sequences.first)
            #expect(sequences == Array(first...count + 1))
            #expect(history.resumed == (first == (after ?? -1) + 1))
        }
    }

    @Test("H1: the parts of the answer fit into the outbox together, whatever its limit")
    func limits() async throws {
        for bytes in stride(from: 1_000, to: 60_000, by: 7_321) {
            var limits = ChatLimits()
            limits.outbox.bytes = bytes
            var room = ChatRoomState(room: "lobby", limits: limits, tail: (1...50).map { message($0, "\"\n\"") })
            let joined = (1...200).map { "member \($0) \"\\" }
            _ = room.receive(.people(PeopleChanges(joined: joined)))
            let actions = try room.receive(.join(name: "Ada", key: nil, after: 3), from: ada, at: .now, time: 0)
            let heard = try await heard(from: actions, limits.outbox)
            #expect(heard.count == 3, "\(bytes)")
            let (named, others) = (heard[1].people?.count ?? 0, heard[1].others ?? 0)
            #expect(named + others == 200)
        }
    }

    @Test("H1: a list of people has a bound, and says how many it leaves out")
    func manyPeople() async throws {
        let names = (1...2_500).map { "\($0) \"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\" \(Self.marks)\(Self.marks)" }
        var room = ChatRoomState(room: "lobby", tail: (1...100).map { message($0, Self.quotes) })
        // Too many to be told one by one: everybody gets the list.
        let told = room.receive(.people(PeopleChanges(joined: names)))
        guard case .broadcast(let texts) = told.first else { throw ChatLogError("Nobody was told") }
        #expect(texts.map { $0.hasPrefix(#"{"others":"#) } == [true])
        let heard = try await heard(
            from: try room.receive(
                .join(name: "Ada", key: nil, after: nil),
                from: ada,
                at: .now,
                time: 0
            )
        )
        #expect(heard.count == 3)
        let people = try #require(heard[1].people)
        #expect(people.count + (heard[1].others ?? 0) == 2_500)
        #expect((2_000..<2_500).contains(people.count))
        #expect(Set(people).isSubset(of: names))
    }

    @Test("H1: what goes out at once does not fill an outbox")
    func batches() throws {
        var limits = ChatLimits()
        limits.burst = 1_000
        var room = ChatRoomState(room: "lobby", limits: limits)
        _ = try room.receive(.join(name: "Ada", key: nil, after: nil), from: ada, at: .now, time: 0)
        for text in [Self.quotes, "short"] {
            for _ in 0..<300 {
                _ = try room.receive(.say(id: MessageID(), text: text), from: ada, at: .now, time: 0)
            }
            var (sequence, sizes) = (room.tail.last, [Int]())
            while case let batch = room.takeBatch(), !batch.isEmpty {
                sizes.append(batch.count)
                let actions = room.receive(
                    .messages(
                        batch.map { waiting in
                            sequence += 1
                            return ChatMessage(waiting.draft, sequence: sequence)
                        }
                    )
                )
                guard case .broadcast(let texts) = actions.first else { throw ChatLogError("Nothing was said") }
                #expect(Outbox.Item(texts).bytes <= limits.outbox.bytes / 4)
            }
            #expect(sizes.reduce(0, +) == 300)
        }
    }

    @Test("a history is the same JSON as one that is encoded at once")
    func sameJSON() {
        let messages = (1...3).map { message($0, "a \"quoted\" 🦅\n\\,\"type\":\"message\"}") }
        for count in 0...3 {
            let some = Array(messages.prefix(count))
            let history = EncodedHistory(messages: some.map(EncodedMessage.init), resumed: count == 2)
            #expect(history.json == ServerMessage.history(some, resumed: count == 2).json)
            #expect(history.json.utf8.count <= history.bytes)
        }
    }

    // MARK: Support

    private func message(_ sequence: Int, _ text: String) -> ChatMessage {
        ChatMessage(sequence: sequence, id: Self.id, time: 1_700_000_000_000, name: "Eve", text: text)
    }

    private static let id = MessageID()

    /// What a client hears of actions that concern it.
    private func heard(from actions: [ChatRoomState.Action], _ limit: Outbox.Limit = .init()) async throws -> [Heard] {
        let outbox = Outbox(limit: limit)
        for action in actions {
            switch action {
            case .send(let json, to: ada): outbox.add(json)
            case .history(let history, to: ada): outbox.put(Outbox.Item(history))?.resume()
            default: break
            }
        }
        let texts = await outbox.next() ?? []
        return try texts.map { try JSONDecoder().decode(Heard.self, from: Data($0.utf8)) }
    }
}
