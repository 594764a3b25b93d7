/// The latest messages of a room, for clients that come back: no more than an answer to them can hold.
struct MessageTail: Sendable {
    private let maximumCount: Int
    private let maximumBytes: Int
    private var messages: [EncodedMessage] = []
    /// The first that counts. Those before it are empty.
    private var start = 0
    /// How many bytes the messages have.
    private(set) var bytes = 0
    /// The place of the last message that has been appended; 0 for none.
    private(set) var last = 0
    /// How many messages have been moved to make room, which is no more than have been appended.
    private(set) var moved = 0

    /// - Parameters:
    ///   - messages: How many messages are kept at most.
    ///   - bytes: How many bytes of JSON they have at most.
    init(messages: Int, bytes: Int) {
        maximumCount = messages
        maximumBytes = bytes
    }

    var count: Int { messages.count - start }

    /// Appends a message, whose place is after the last one.
    mutating func append(_ message: EncodedMessage) {
        last = message.sequence
        messages.append(message)
        bytes += message.bytes
        while count > maximumCount || (bytes > maximumBytes && count > 0) {
            bytes -= messages[start].bytes
            messages[start] = .empty
            start += 1
        }
        guard start > count else { return }
        moved += count
        messages.removeFirst(start)
        start = 0
    }

    /// All messages after a place; nil if some of them are not here any more, or the place is none.
    func after(_ place: Int) -> [EncodedMessage]? {
        let first = count > 0 ? messages[start].sequence : last + 1
        guard place >= 0, place <= last, place >= first - 1 else { return nil }
        var (low, high) = (start, messages.count)
        while low < high {
            let middle = (low + high) / 2
            if messages[middle].sequence > place { high = middle } else { low = middle + 1 }
        }
        return Array(messages[low...])
    }

    /// The latest messages, so many at most.
    func latest(_ maximum: Int) -> [EncodedMessage] {
        Array(messages.suffix(min(maximum, count)))
    }
}

extension EncodedMessage {
    /// Takes the place of one that is not needed any more.
    fileprivate static let empty = EncodedMessage(sequence: 0, json: "")
}
