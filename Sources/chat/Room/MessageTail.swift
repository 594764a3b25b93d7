/// The latest messages of a room, for returning clients: no more than a response to them can hold.
struct MessageTail: Sendable {
    private let maximumCount: Int
    private let maximumBytes: Int
    private var messages: [EncodedMessage] = []
    /// The index of the first message. Those before it are empty.
    private var start = 0
    /// The size of the messages in bytes.
    private(set) var bytes = 0
    /// The sequence number of the last message that was appended; 0 if there is none.
    private(set) var last = 0
    /// How many messages have been moved to make room: no more than have been appended.
    private(set) var moved = 0

    /// - Parameters:
    ///   - messages: The maximum number of messages.
    ///   - bytes: Their maximum size in bytes of JSON.
    init(messages: Int, bytes: Int) {
        maximumCount = messages
        maximumBytes = bytes
    }

    var count: Int { messages.count - start }

    /// Appends a message, whose sequence number is after the last one.
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

    /// All messages after a sequence number; nil if some of them are no longer here, or the number is not valid.
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

    /// The latest messages, at most `maximum`.
    func latest(_ maximum: Int) -> [EncodedMessage] {
        Array(messages.suffix(min(maximum, count)))
    }
}

extension EncodedMessage {
    /// Replaces a message that is no longer needed.
    fileprivate static let empty = EncodedMessage(sequence: 0, json: "")
}
