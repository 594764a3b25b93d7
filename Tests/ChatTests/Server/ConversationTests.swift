import Foundation
import Martlet
import MartletTesting
import TestProcesses
import Testing

@testable import chat

/// Clients that talk with each other over real connections.
@Suite(.timeLimit(.minutes(5)))
struct ConversationTests {
    @Test(arguments: TestServer.Carrier.allCases)
    func goesOverEveryCarrier(carrier: TestServer.Carrier) async throws {
        try await withChat(over: carrier) { app in
            try await app.webSocket("/ws") { adas in
                let ada = ChatClient(adas)
                try await ada.join("Ada")
                try await app.client().webSocket("/ws") { bobs in
                    let bob = ChatClient(bobs)
                    try await bob.join("Bob")
                    try await ada.say("Hello 🦅")
                    #expect(try await bob.texts(1) == ["Hello 🦅"])
                }
                #expect(try await ada.texts(1) == ["Hello 🦅"])
            }
        }
    }

    @Test func bringsMessagesToEverybodyInOrder() async throws {
        try await withChat { chat in
            let ada = try await chat.member("Ada")
            let bob = try await chat.member("Bob")
            #expect(try await ada.next("changes").joined == ["Ada"])
            #expect(try await ada.next("changes").joined == ["Bob"])
            for number in 1...5 {
                try await ada.say("a\(number) 🦅")
                #expect(try await ada.texts(1) == ["a\(number) 🦅"])
                try await bob.say("b\(number)")
                #expect(try await ada.texts(1) == ["b\(number)"])
            }
            #expect(try await bob.texts(10) == (1...5).flatMap { ["a\($0) 🦅", "b\($0)"] })
            await bob.socket.close()
            #expect(try await ada.next("changes").left == ["Bob"])
        }
    }

    @Test func changesNames() async throws {
        try await withChat { chat in
            let ada = try await chat.member("Ada")
            let bob = try await chat.member("Bob")
            _ = try await bob.next("changes")
            try await ada.send(#"{"type":"rename","name":"BOB"}"#)
            #expect(try await ada.next("problem").code == .nameTaken)
            try await ada.send(#"{"type":"rename","name":" Countess "}"#)
            #expect(try await ada.next("renamed").name == "Countess")
            var renamed: [PeopleChanges.Renaming]? = []
            while renamed == [] { renamed = try await bob.next("changes").renamed }
            #expect(renamed == [PeopleChanges.Renaming(from: "Ada", to: "Countess")])
            try await ada.say("It is me")
            #expect(try await bob.next("message").name == "Countess")
        }
    }

    @Test func answersNonsenseAndStays() async throws {
        try await withChat { chat in
            let ada = try await chat.client()
            try await ada.say("Too early")
            #expect(try await ada.next("problem").code == .notJoined)
            try await ada.send(#"{"type":"join","name":"\u202E"}"#)
            #expect(try await ada.next("problem").code == .badName)
            try await ada.join("Ada")
            for (json, code) in [
                ("", ChatProblem.Code.malformed), ("{\"type\":", .malformed), ("[[[[", .malformed),
                (#"{"type":"say","id":"x","text":"a"}"#, .malformed),
                (#"{"type":"join","name":"Ada"}"#, .alreadyJoined),
                (String(repeating: "[", count: 200_000), .malformed),
            ] {
                try await ada.send(json)
                #expect(try await ada.next("problem").code == code)
            }
            try await ada.socket.send(bytes: [1, 2, 3])
            #expect(try await ada.next("problem").code == .malformed)
            let id = MessageID()
            for text in [" ", "\u{1B}", String(repeating: "a", count: 4_001), String(repeating: "a", count: 100_000)] {
                try await ada.say(text, id: id)
                let problem = try await ada.next("problem")
                #expect(problem.code == .badText)
                #expect(problem.id == id)
            }
            try await ada.send(#"{"type":"ping"}"#)
            _ = try await ada.next("pong")
            try await ada.say(String(repeating: "😀", count: 4_000), id: id)
            #expect(try await ada.texts(1).first?.count == 4_000)
        }
    }

    @Test func endsWhatIsFarTooLong() async throws {
        try await withChat { chat in
            let ada = try await chat.member("Ada")
            try await ada.send(String(repeating: " ", count: 300_000))
            #expect(try await ada.end().code == .messageTooBig)
        }
    }

    @Test func resumesWithoutMissingOrDoubling() async throws {
        try await withChat { chat in
            let ada = try await chat.member("Ada")
            let bob = try await chat.member("Bob")
            try await ada.say("1")
            let seen = try await bob.next("message").sequence
            #expect(seen == 1)
            await bob.socket.close()
            for number in 2...4 { try await ada.say("\(number)") }
            #expect(try await ada.texts(4) == ["1", "2", "3", "4"])
            let back = try await chat.client()
            let history = try await back.join("Bob", after: seen)
            #expect(history.resumed == true)
            #expect(history.messages?.map(\.text) == ["2", "3", "4"])
            try await ada.say("5")
            #expect(try await back.texts(1) == ["5"])
        }
    }

    @Test("H1: who was away while 70 messages of 16 kB were said comes back")
    func comesBackAfterLong() async throws {
        var limits = ChatLimits()
        limits.burst = 100
        try await withChat(limits: limits) { chat in
            let ada = try await chat.member("Ada")
            try await ada.say("1")
            let seen = try await ada.next("message").sequence
            let text = String(repeating: "\u{10348}", count: 4_000)
            for _ in 0..<70 { try await ada.say(text) }
            _ = try await ada.texts(70)
            let back = try await chat.client()
            let history = try await back.join("Bob", after: seen)
            #expect(history.resumed == false)
            let sequences = try #require(history.messages).map(\.sequence)
            #expect(sequences.count > 20)
            #expect(sequences == Array(72 - sequences.count...71))
            try await back.say("I am back")
            #expect(try await back.texts(1) == ["I am back"])
            // The rest is in the history, in pages that are bounded too.
            let response = try await HTTPClient.shared.get("\(chat.url)/history?after=0&limit=200")
            let page = try await response.json(HistoryAnswer.Page.self)
            #expect(page.more)
            #expect(page.messages.map(\.sequence) == Array(1...page.messages.count))
            #expect((25..<70).contains(page.messages.count))
        }
    }

    @Test func storesAMessageThatIsSentTwiceOnce() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "chat.sqlite").path
            let id = MessageID()
            try await withChat(try await SQLiteLog.open(path, room: "lobby")) { chat in
                let ada = try await chat.member("Ada")
                try await ada.say("Once", id: id)
                try await ada.say("Once", id: id)
                #expect(try await ada.next("message").sequence == 1)
                #expect(try await ada.next("stored").sequence == 1)
            }
            // The chat has started again, and the client does not know what has become of its message.
            try await withChat(try await SQLiteLog.open(path, room: "lobby")) { chat in
                let ada = try await chat.client()
                #expect(try await ada.join("Ada").messages?.map(\.id) == [id])
                try await ada.say("Once", id: id)
                #expect(try await ada.next("stored").sequence == 1)
                try await ada.say("Two")
                #expect(try await ada.next("message").sequence == 2)
            }
        }
    }

    @Test func letsNobodyElseBeSlowedDownByOneWhoDoesNotRead() async throws {
        let broadcaster = LocalBroadcaster()
        try await withChat(broadcaster: broadcaster) { chat in
            let ada = try await chat.member("Ada")
            let idle = try await chat.client()
            try await idle.send(#"{"type":"join","name":"Idle"}"#)
            try await eventually { chat.room.memberCount == 2 }
            // More than the sockets between the two hold, and then the outbox.
            let text = String(repeating: "a", count: 200_000)
            var said = 0
            while chat.room.memberCount == 2 {
                said += 1
                try #require(said < 1_000)
                let message = ChatMessage(sequence: said, id: MessageID(), time: 0, name: "Eve", text: text)
                broadcaster.publish(.messages([message]))
                #expect(try await ada.next("message").sequence == said)
            }
            // What had been sent is there, and then the reason.
            #expect(try await idle.end() == Outbox.tooSlow)
        }
    }

    @Test func wantsANameSoon() async throws {
        var limits = ChatLimits()
        limits.joining = .milliseconds(500)
        try await withChat(limits: limits) { chat in
            let ada = try await chat.member("Ada")
            let silent = try await chat.client()
            let reason = WebSocketClose(.policyViolation, reason: "You have not joined in time.")
            #expect(try await silent.end() == reason)
            try await ada.say("I am here")
            #expect(try await ada.texts(1) == ["I am here"])
        }
    }

    @Test func givesTheNameToTheNewConnection() async throws {
        try await withChat { chat in
            let old = try await chat.client()
            try await old.join("Ada", key: "secret")
            let thief = try await chat.client()
            try await thief.send(#"{"type":"join","name":"Ada","key":"guess"}"#)
            #expect(try await thief.next("problem").code == .nameTaken)
            let new = try await chat.client()
            try await new.join("Ada", key: "secret")
            #expect(try await old.end() == ChatRoomState.replaced)
            try await new.say("It is me")
            #expect(try await new.next("message").name == "Ada")
        }
    }

    @Test func saysWhatCouldNotBeStored() async throws {
        try await withChat(BrokenLog()) { chat in
            let ada = try await chat.member("Ada")
            let id = MessageID()
            try await ada.say("Lost?", id: id)
            let problem = try await ada.next("problem")
            #expect(problem.code == .notStored)
            #expect(problem.id == id)
            #expect(problem.retryAfter == 2_000)
            #expect(chat.room.lastSequence == 0)
        }
    }

    @Test func saysGoodbye() async throws {
        try await withChat { chat in
            let ada = try await chat.member("Ada")
            Task { await chat.server.close() }
            #expect(try await ada.end().code == .goingAway)
        }
    }

    @Test func isForItsOwnPages() async throws {
        try await withChat { chat in
            let url = "ws://127.0.0.1:\(chat.server.port)/ws"
            _ = try await ChatClient(url, headers: [.origin: chat.url])
            await #expect(throws: WebSocketError.notUpgraded(url: url, status: .forbidden)) {
                try await ChatClient(url, headers: [.origin: "http://elsewhere.example"])
            }
        }
    }
}

/// A log that stores nothing.
private struct BrokenLog: ChatLog {
    func append(_ drafts: [ChatMessage.Draft]) async throws -> [ChatLogOutcome] {
        throw ChatLogError("The disk is full.")
    }
    func messages(_ query: HistoryQuery) async throws -> [ChatMessage] { throw ChatLogUnavailable() }
    func latest(_ count: Int) async throws -> [ChatMessage] { [] }
    var status: ChatLogStatus { ChatLogStatus(kind: "broken", isConnected: false, waiting: 0) }
    func run() async {}
    func close() async {}
}
