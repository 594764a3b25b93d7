/// The part of a message that a client of the load test needs. It is found without parsing the whole JSON, since there
/// are tens of thousands of messages per second.
struct LoadMark: Sendable, Equatable {
    /// The message's sequence number in the room.
    var sequence: Int
    /// The message's number in the load test, from 0.
    var number: Int
    /// When it was sent, in nanoseconds of the machine's clock.
    var sentAt: Int

    /// The text of a message.
    static func text(number: Int, sentAt: Int, size: Int) -> String {
        let text = "load \(number) \(sentAt)"
        return text + String(repeating: ".", count: max(0, size - text.utf8.count))
    }

    /// Nil if this is not a message of the load test.
    init?(_ json: String) {
        let found = json.utf8.withContiguousStorageIfAvailable { bytes -> LoadMark? in
            guard let sequence = Self.numbers(1, after: #""sequence":"#, in: bytes)?.first,
                let text = Self.numbers(2, after: #""text":"load "#, in: bytes)
            else { return nil }
            return LoadMark(sequence: sequence, number: text[0], sentAt: text[1])
        }
        guard let found, let found else { return nil }
        self = found
    }

    /// The mark of a message of the load test; nil for others.
    init?(_ message: ChatMessage) {
        let words = message.text.split(separator: " ")
        guard words.count == 3, words[0] == "load", let number = Int(words[1]),
            let sentAt = Int(words[2].prefix { $0.isNumber })
        else { return nil }
        self.init(sequence: message.sequence, number: number, sentAt: sentAt)
    }

    private init(sequence: Int, number: Int, sentAt: Int) {
        self.sequence = sequence
        self.number = number
        self.sentAt = sentAt
    }

    /// `count` numbers, separated by one byte each, after a text.
    private static func numbers(
        _ count: Int,
        after text: StaticString,
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> [Int]? {
        let length = text.utf8CodeUnitCount
        guard bytes.count > length else { return nil }
        var start = 0
        search: while start <= bytes.count - length {
            for offset in 0..<length where bytes[start + offset] != text.utf8Start[offset] {
                start += 1
                continue search
            }
            break
        }
        var numbers: [Int] = []
        var index = start + length
        while numbers.count < count {
            var number: Int?
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
                number = (number ?? 0) &* 10 &+ Int(bytes[index] - 0x30)
                index += 1
            }
            guard let number else { return nil }
            numbers.append(number)
            index += 1
        }
        return numbers
    }
}
