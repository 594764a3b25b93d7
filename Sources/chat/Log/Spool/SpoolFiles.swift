import CLibrary
import Foundation

/// A snapshot of the files of a spool, to read messages without the spool: its files are only appended to or removed.
struct SpoolFiles: Sendable {
    /// A file.
    struct Segment: Sendable {
        /// The last sequence number before the file.
        var base: Int
        /// How many of its bytes are complete messages.
        var bytes: Int
    }

    /// A file has been removed because its messages have been stored.
    struct Removed: Error {}

    let directory: String
    /// The files, the newest last.
    var segments: [Segment]
    /// The sequence number up to which all messages have been stored.
    var stored: Int
    /// The sequence number of the last message.
    var last: Int

    /// The messages after a sequence number, in order. Only files that have some of them are read, and only their lines
    /// decoded.
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
        // If no line is missing, the sequence number determines the line.
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

    /// The contents of all lines.
    struct Content {
        var messages: [ChatMessage] = []
        /// How many bytes the complete lines have: fewer than the file if the last line was cut off.
        var bytes = 0
        /// How many complete lines can't be read.
        var damaged = 0
    }

    /// Reads all lines, including those after one that can't be read.
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

    /// At most `limit` messages after the first `lines` lines. Lines that can't be read are left out.
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

    /// Whether messages that were found by line number are not those that follow a sequence number.
    func isDamaged(_ messages: [ChatMessage], after place: Int) -> Bool {
        guard let first = messages.first, let last = messages.last else { return !data.isEmpty }
        return first.sequence != place + 1 || last.sequence != place + messages.count
    }

    /// Calls `body` with each complete line, without its line feed, as long as it returns true.
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
