import CLibrary
import Foundation

/// Where the messages of a spool are at a moment, to read them without the spool: its files are appended to and removed,
/// and never changed.
struct SpoolFiles: Sendable {
    /// A file.
    struct Segment: Sendable {
        /// The last place before it.
        var base: Int
        /// How many bytes of it are messages for certain.
        var bytes: Int
    }

    /// A file has been removed, because what was in it has been stored.
    struct Removed: Error {}

    let directory: String
    /// The files, the newest last.
    var segments: [Segment]
    /// All messages up to this place need not wait any more.
    var stored: Int
    /// The place of the last message.
    var last: Int

    /// Messages after a place, in order. Only files that have some of them are read, and only those lines decoded.
    ///
    /// - Throws: ``Removed``, ``ChatLogError``.
    func messages(after place: Int, limit: Int = .max) throws -> [ChatMessage] {
        var found: [ChatMessage] = []
        for (index, segment) in segments.enumerated() where found.count < limit {
            let isBefore = index + 1 < segments.count && segments[index + 1].base <= place
            if isBefore || place >= last { continue }
            found += try messages(in: segment, after: max(place, segment.base), limit: limit - found.count)
        }
        return found
    }

    private func messages(in segment: Segment, after place: Int, limit: Int) throws -> [ChatMessage] {
        guard segment.bytes > 0 else { return [] }
        let path = Self.path(directory, segment.base)
        guard FileManager.default.fileExists(atPath: path) else { throw Removed() }
        let data = try Data(contentsOf: URL(filePath: path)).prefix(segment.bytes)
        // Where no line is missing, a place tells the line.
        let lines = SpoolLines(data)
        let messages = lines.messages(dropping: place - segment.base, limit: limit)
        if !lines.isDamaged(messages, after: place) { return messages }
        return Array(lines.messages(dropping: 0, limit: .max).filter { $0.sequence > place }.prefix(limit))
    }

    // MARK: Names

    static let suffix = ".jsonl"

    static func path(_ directory: String, _ base: Int) -> String {
        let digits = String(base)
        return "\(directory)/\(String(repeating: "0", count: max(0, 16 - digits.count)))\(digits)\(suffix)"
    }
}

/// The lines of a file of a spool, each a message as JSON.
struct SpoolLines {
    private let data: Data

    init(_ data: Data) {
        self.data = data
    }

    /// What all lines say.
    struct Content {
        var messages: [ChatMessage] = []
        /// How many bytes the whole lines have: less than there are when the last one was cut off.
        var bytes = 0
        /// How many whole lines say nothing that can be read.
        var damaged = 0
    }

    /// Reads all lines. One in the middle that can't be read does not keep from those after it.
    var content: Content {
        var content = Content()
        let decoder = JSONDecoder()
        forEachLine { line in
            if let message = try? decoder.decode(ChatMessage.self, from: data[line]) {
                content.messages.append(message)
            } else {
                content.damaged += 1
            }
            content.bytes = line.upperBound + 1 - data.startIndex
            return true
        }
        return content
    }

    /// Messages after so many lines, so many at most. Lines that can't be read are left out.
    func messages(dropping lines: Int, limit: Int) -> [ChatMessage] {
        var messages: [ChatMessage] = []
        guard limit > 0 else { return messages }
        let decoder = JSONDecoder()
        var number = 0
        forEachLine { line in
            number += 1
            guard number > lines else { return true }
            if let message = try? decoder.decode(ChatMessage.self, from: data[line]) { messages.append(message) }
            return messages.count < limit
        }
        return messages
    }

    /// Whether messages that were found by their lines are not those that follow on a place.
    func isDamaged(_ messages: [ChatMessage], after place: Int) -> Bool {
        guard let first = messages.first, let last = messages.last else { return !data.isEmpty }
        return first.sequence != place + 1 || last.sequence != place + messages.count
    }

    /// Calls `body` with each whole line, without its end, as long as it says so.
    private func forEachLine(_ body: (Range<Int>) -> Bool) {
        var start = data.startIndex
        while start < data.endIndex {
            let length: Int? = data[start...].withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress, let end = memchr(base, 0x0A, bytes.count) else { return nil }
                return UnsafeRawPointer(end) - base
            }
            guard let length, body(start..<start + length) else { return }
            start += length + 1
        }
    }
}
