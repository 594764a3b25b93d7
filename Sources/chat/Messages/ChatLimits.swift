/// How much a room takes.
struct ChatLimits: Sendable {
    /// How many characters a name may have.
    var nameCharacters = 32
    /// How many bytes of UTF-8 a name may have: characters can be piled up from any number of marks.
    var nameBytes = 128
    /// How many bytes the key of a client may have.
    var keyBytes = 128
    /// How many characters a text may have.
    var textCharacters = 4_000
    /// How many bytes of UTF-8 a text may have.
    var textBytes = 16_000
    /// How many messages a client may send at once.
    var burst = 20
    /// How many messages a second a client may send for long.
    var messagesPerSecond = 5.0
    /// How many connections a room may have.
    var members = 10_000
    /// How many messages may wait to be stored.
    var waitingMessages = 2_000
    /// How many messages are stored at once.
    var batch = 500
    /// How many messages are kept in memory at most, for clients that come back.
    var tail = 1_000
    /// How many messages somebody gets who comes for the first time.
    var history = 50
    /// How much may wait for one client before it counts as too slow.
    var outbox = Outbox.Limit()
    /// How long a client may take to say its name.
    var joining: Duration = .seconds(30)

    /// How many bytes of JSON the messages in memory have at most. This, the people and what is said meanwhile fit into
    /// an outbox together, so that no client is too slow for the answer to `join`.
    var historyBytes: Int { outbox.bytes * 3 / 8 }
    /// How many bytes of JSON the list of people has at most.
    var peopleBytes: Int { outbox.bytes / 4 }
    /// How many bytes of JSON the messages have that go out at once, about: an outbox must not be filled by them alone.
    var batchBytes: Int { outbox.bytes / 4 }

    /// The limits that clients are told, so that people see them before they hit them.
    struct Told: Codable, Sendable, Hashable {
        var nameCharacters: Int
        var textCharacters: Int
    }

    var told: Told { Told(nameCharacters: nameCharacters, textCharacters: textCharacters) }
}
