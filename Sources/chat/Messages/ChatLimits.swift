/// The limits of a room.
struct ChatLimits: Sendable {
    /// How many characters a name may have.
    var nameCharacters = 32
    /// How many bytes of UTF-8 a name may have: a character can consist of any number of combining marks.
    var nameBytes = 128
    /// How many bytes the key of a client may have.
    var keyBytes = 128
    /// How many characters a text may have.
    var textCharacters = 4_000
    /// How many bytes of UTF-8 a text may have.
    var textBytes = 16_000
    /// How many messages a client may send at once.
    var burst = 20
    /// How many messages per second a client may send continuously.
    var messagesPerSecond = 5.0
    /// How many connections a room may have.
    var members = 10_000
    /// How many messages may wait to be stored.
    var waitingMessages = 2_000
    /// How many messages are stored at once at most.
    var batch = 500
    /// How many messages are kept in memory for returning clients.
    var tail = 1_000
    /// How many messages a new client gets.
    var history = 50
    /// How much may be queued for one client before it counts as too slow.
    var outbox = Outbox.Limit()
    /// How long a client may take to join.
    var joining: Duration = .seconds(30)
    /// How long a client waits in a shared room until its chat knows as much as the one that it comes from.
    var catchingUp: Duration = .seconds(5)

    /// The maximum size of the messages in memory in bytes of JSON. Together with the people and new messages they fit
    /// into an outbox, so that no client is too slow for the response to `join`.
    var historyBytes: Int { outbox.bytes * 3 / 8 }
    /// The maximum size of the list of people in bytes of JSON.
    var peopleBytes: Int { outbox.bytes / 4 }
    /// The approximate size in bytes of JSON of the messages that are sent at once: they alone must not fill an outbox.
    var batchBytes: Int { outbox.bytes / 4 }

    /// The limits that are sent to clients, so that people see them before they hit them.
    struct Told: Codable, Sendable, Hashable {
        var nameCharacters: Int
        var textCharacters: Int
    }

    var told: Told { Told(nameCharacters: nameCharacters, textCharacters: textCharacters) }
}
