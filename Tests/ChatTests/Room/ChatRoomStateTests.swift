import Martlet
import Testing

@testable import chat

/// The room as a value: what goes in, and what comes out.
struct ChatRoomStateTests {
    typealias MemberID = ChatRoomState.MemberID

    private let ada = MemberID(number: 1)
    private let bob = MemberID(number: 2)
    private let now = ContinuousClock.now

    // MARK: Coming and going

    @Test func welcomesWithPeopleAndHistory() throws {
        var room = state(messages: 3)
        #expect(
            try join(&room, ada, "Ada") == [
                .send(
                    #"{"limits":{"nameCharacters":32,"textCharacters":4000},"name":"Ada","room":"lobby","type":"welcome"}"#,
                    to: ada
                ),
                .send(#"{"people":[],"type":"people"}"#, to: ada),
                .history(history(1...3, resumed: false), to: ada),
            ]
        )
        #expect(announce(&room) == [.broadcast([#"{"joined":["Ada"],"left":[],"renamed":[],"type":"changes"}"#])])
        #expect(try join(&room, bob, "Bob")[1] == .send(#"{"people":["Ada"],"type":"people"}"#, to: bob))
    }

    @Test func refusesNamesThatOthersHave() throws {
        var room = state()
        _ = try join(&room, ada, "Ada")
        #expect(throws: ChatProblem(.nameTaken, "The name ADA is already taken.")) {
            try join(&room, bob, "ADA")
        }
        _ = try join(&room, bob, "Bob")
        #expect(throws: ChatProblem(.nameTaken, "The name ada is already taken.")) {
            try room.receive(.rename(name: "ada"), from: bob, at: now, time: 0)
        }
    }

    @Test func lastsUntilThePersonLeaves() throws {
        var room = state()
        _ = try join(&room, ada, "Ada")
        _ = announce(&room)
        room.leave(ada)
        #expect(announce(&room) == [.broadcast([#"{"joined":[],"left":["Ada"],"renamed":[],"type":"changes"}"#])])
        #expect(try join(&room, bob, "ada").count == 3)
    }

    @Test func tellsNobodyOfWhoComesBackAtOnce() throws {
        var room = state()
        _ = try join(&room, ada, "Ada")
        _ = announce(&room)
        room.leave(ada)
        _ = try join(&room, bob, "Ada")
        #expect(room.takeChanges().isEmpty)
        #expect(room.hasChanges == false)
    }

    @Test func givesTheNameToTheSamePersonsNewConnection() throws {
        var room = state()
        _ = try join(&room, ada, "Ada", key: "secret")
        _ = announce(&room)
        for key in [nil, "", "guess"] {
            #expect(throws: ChatProblem.self) { try join(&room, bob, "Ada", key: key) }
        }
        let problem = #expect(throws: ChatProblem.self) {
            try join(&room, bob, "Bob", key: String(repeating: "k", count: 129))
        }
        #expect(problem?.code == .malformed)
        let actions = try join(&room, bob, "Ada", key: "secret")
        #expect(actions.first == .close(ada, ChatRoomState.replaced))
        room.leave(ada)
        #expect(room.takeChanges().isEmpty)
        #expect(room.holders.values.map(\.number) == [2])
    }

    @Test func changesNames() throws {
        var room = state()
        _ = try join(&room, ada, "Ada")
        _ = announce(&room)
        for name in ["Eve", "ada", "ADA"] {
            #expect(
                try room.receive(.rename(name: name), from: ada, at: now, time: 0)
                    == [.send(#"{"name":"\#(name)","type":"renamed"}"#, to: ada)]
            )
        }
        // Only what has come of it is told.
        #expect(
            announce(&room) == [
                .broadcast([#"{"joined":[],"left":[],"renamed":[{"from":"Ada","to":"ADA"}],"type":"changes"}"#])
            ]
        )
        #expect(try join(&room, bob, "Eve")[1] == .send(#"{"people":["ADA"],"type":"people"}"#, to: bob))
    }

    @Test func wantsANameFirstAndOnce() throws {
        var room = state()
        for message in [ClientMessage.say(id: MessageID(), text: "a"), .rename(name: "b")] {
            let problem = #expect(throws: ChatProblem.self) {
                try room.receive(message, from: ada, at: now, time: 0)
            }
            #expect(problem?.code == .notJoined)
        }
        _ = try join(&room, ada, "Ada")
        #expect(throws: ChatProblem(.alreadyJoined, "You have already joined.")) { try join(&room, ada, "Eve") }
    }

    @Test func hasRoomForSoMany() throws {
        var room = state { $0.members = 1 }
        _ = try join(&room, ada, "Ada", key: "k")
        let problem = #expect(throws: ChatProblem.self) { try join(&room, bob, "Bob") }
        #expect(problem?.code == .roomFull)
        #expect(try join(&room, bob, "Ada", key: "k").count == 4)
    }

    // MARK: Names that are given up

    @Test("R24: thousands who go and come back at once are told to nobody")
    func everybodyComesBack() throws {
        let people = (1...1_000).map { number in
            (
                MemberID(number: UInt64(number)), MemberID(number: UInt64(10_000 + number)),
                ClientRequest(
                    .join(name: "member \(number)", key: nil, after: nil),
                    room: "lobby",
                    limits: ChatLimits()
                )
            )
        }
        var room = state()
        for (old, _, request) in people { _ = try room.receive(request, from: old, at: now, time: 0) }
        _ = announce(&room)
        for (old, _, _) in people { room.leave(old) }
        for (_, new, request) in people { _ = try room.receive(request, from: new, at: now, time: 0) }
        #expect(room.takeChanges().isEmpty)
        #expect(room.members.count == 1_000)
    }

    @Test("R25: who comes back while the others are being told that they have gone is let in")
    func comesBackMeanwhile() throws {
        var room = state()
        _ = try join(&room, ada, "Ada")
        _ = announce(&room)
        room.leave(ada)
        let gone = room.takeChanges()
        #expect(gone == PeopleChanges(left: ["Ada"]))
        // Neither held nor gone any more, and still in the list.
        #expect(try join(&room, bob, "Ada").count == 3)
        _ = room.receive(.people(gone))
        #expect(room.takeChanges() == PeopleChanges(joined: ["Ada"]))
    }

    @Test("R25: a name that somebody has given up is free at once", arguments: [false, true])
    func takesANameThatWasGivenUp(isBeingTold: Bool) throws {
        var room = state()
        _ = try join(&room, ada, "Ada")
        _ = announce(&room)
        _ = try room.receive(.rename(name: "Eve"), from: ada, at: now, time: 0)
        let told = isBeingTold ? room.takeChanges() : PeopleChanges()
        _ = try join(&room, bob, "ADA")
        _ = room.receive(.people(told))
        _ = announce(&room)
        #expect(
            try join(&room, MemberID(number: 3), "Zoe")[1]
                == .send(
                    #"{"people":["ADA","Eve"],"type":"people"}"#,
                    to: MemberID(number: 3)
                )
        )
        // Again, by somebody who is here.
        room.leave(bob)
        #expect(try room.receive(.rename(name: "Ada"), from: ada, at: now, time: 0).count == 1)
        _ = announce(&room)
        #expect(try join(&room, bob, "Eve")[1] == .send(#"{"people":["Ada","Zoe"],"type":"people"}"#, to: bob))
    }

    @Test("R25: a name that somebody has in another process is taken until they go")
    func namesOfOthers() throws {
        var room = state()
        _ = room.receive(.people(PeopleChanges(joined: ["Ada"])))
        #expect(throws: ChatProblem.self) { try join(&room, ada, "ada") }
        _ = room.receive(.people(PeopleChanges(left: ["Ada"])))
        _ = try join(&room, ada, "ada")
        _ = announce(&room)
        // A name that was ours once is not ours for ever.
        room.leave(ada)
        _ = announce(&room)
        _ = room.receive(.people(PeopleChanges(joined: ["Ada"])))
        #expect(throws: ChatProblem.self) { try join(&room, bob, "ada") }
    }

    // MARK: Messages

    @Test func bringsMessagesWhenTheyAreStored() throws {
        var room = state(messages: 2)
        _ = try join(&room, ada, "Ada")
        let id = MessageID()
        #expect(try room.receive(.say(id: id, text: " Hi "), from: ada, at: now, time: 99) == [])
        let draft = ChatMessage.Draft(id: id, time: 99, name: "Ada", text: "Hi")
        #expect(room.takeBatch() == [ChatRoomState.Waiting(draft: draft, sender: ada)])
        #expect(room.takeBatch() == [])
        let event = RoomEvent.messages([ChatMessage(draft, sequence: 3)])
        #expect(
            room.receive(event) == [
                .broadcast([#"{"id":"\#(id)","name":"Ada","sequence":3,"text":"Hi","time":99,"type":"message"}"#])
            ]
        )
        // Twice is once.
        #expect(room.receive(event) == [])
    }

    @Test(arguments: [(3, 4...5), (0, 1...5)])
    func resumesWithWhatIsMissing(after: Int, missing: ClosedRange<Int>) throws {
        var room = state(messages: 5)
        #expect(
            try join(&room, ada, "Ada", after: after).last
                == .history(history(missing, resumed: true), to: ada)
        )
    }

    @Test func resumesWithNothing() throws {
        var room = state(messages: 5)
        #expect(
            try join(&room, ada, "Ada", after: 5).last
                == .history(EncodedHistory(messages: [], resumed: true), to: ada)
        )
    }

    @Test(arguments: [6, -1, 0, .max, .min])
    func saysWhenSomeAreMissing(after: Int) throws {
        var room = ChatRoomState(room: "lobby", limits: limits { $0.history = 2 }, tail: messages(3...5))
        #expect(
            try join(&room, ada, "Ada", after: after).last
                == .history(history(4...5, resumed: false), to: ada)
        )
    }

    @Test func keepsATail() throws {
        var room = state { $0.tail = 8 }
        for message in messages(1...1_000) { _ = room.receive(.messages([message])) }
        #expect(room.tail.last == 1_000)
        #expect(room.tail.count == 8)
    }

    // MARK: Limits

    @Test func slowsDownWhoIsTooFast() throws {
        var room = state {
            $0.burst = 2
            $0.messagesPerSecond = 4
        }
        _ = try join(&room, ada, "Ada")
        let id = MessageID()
        for _ in 0..<2 { _ = try room.receive(.say(id: id, text: "a"), from: ada, at: now, time: 0) }
        #expect(throws: ChatProblem(.tooFast, "You are sending too fast. Wait a moment.", id: id, retryAfter: 250)) {
            try room.receive(.say(id: id, text: "a"), from: ada, at: now, time: 0)
        }
        _ = try room.receive(.say(id: id, text: "a"), from: ada, at: now + .milliseconds(250), time: 0)
        #expect(room.waiting.count == 3)
    }

    @Test func holdsSoManyMessages() throws {
        var room = state {
            $0.waitingMessages = 3
            $0.batch = 2
        }
        _ = try join(&room, ada, "Ada")
        for _ in 0..<3 { _ = try room.receive(.say(id: MessageID(), text: "a"), from: ada, at: now, time: 0) }
        let problem = #expect(throws: ChatProblem.self) {
            try room.receive(.say(id: MessageID(), text: "a"), from: ada, at: now, time: 0)
        }
        #expect(problem?.code == .busy)
        #expect(problem?.retryAfter == 1_000)
        #expect(room.takeBatch().count == 2)
        #expect(room.takeBatch().count == 1)
    }

    @Test func saysWhichTextIsBad() throws {
        var room = state()
        _ = try join(&room, ada, "Ada")
        let id = MessageID()
        #expect(throws: ChatProblem(.badText, "The text is empty.", id: id)) {
            try room.receive(.say(id: id, text: " "), from: ada, at: now, time: 0)
        }
    }

    // MARK: Support

    private func limits(_ change: (inout ChatLimits) -> Void) -> ChatLimits {
        var limits = ChatLimits()
        change(&limits)
        return limits
    }

    private func state(messages count: Int = 0, _ change: (inout ChatLimits) -> Void = { _ in }) -> ChatRoomState {
        ChatRoomState(room: "lobby", limits: limits(change), tail: count == 0 ? [] : messages(1...count))
    }

    private func messages(_ sequences: ClosedRange<Int>) -> [ChatMessage] {
        sequences.map { sequence in
            let id = MessageID("00000000-0000-0000-0000-" + String(1_000_000_000_000 + sequence).suffix(12))
            return ChatMessage(
                sequence: sequence,
                id: id ?? MessageID(),
                time: sequence,
                name: "Eve",
                text: "\(sequence)"
            )
        }
    }

    private func history(_ sequences: ClosedRange<Int>, resumed: Bool) -> EncodedHistory {
        EncodedHistory(messages: messages(sequences).map(EncodedMessage.init), resumed: resumed)
    }

    private func join(
        _ room: inout ChatRoomState,
        _ member: MemberID,
        _ name: String,
        key: String? = nil,
        after: Int? = nil
    ) throws -> [ChatRoomState.Action] {
        try room.receive(.join(name: name, key: key, after: after), from: member, at: now, time: 0)
    }

    /// What everybody is told about people.
    private func announce(_ room: inout ChatRoomState) -> [ChatRoomState.Action] {
        room.receive(.people(room.takeChanges()))
    }
}
