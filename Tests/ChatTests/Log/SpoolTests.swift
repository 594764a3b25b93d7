import Foundation
import TestProcesses
import Testing

@testable import chat

struct SpoolTests {
    @Test func keepsMessagesUntilTheyAreStored() async throws {
        try await withTemporaryDirectory { directory in
            var spool = try Spool(directory.path)
            try spool.append(messages(1...3))
            #expect(spool.waiting == 3)
            #expect(try spool.next(2) == messages(1...2))
            #expect(try spool.next(2) == messages(1...2))
            try spool.markStored(upTo: 2)
            #expect(try spool.next(2) == messages(3...3))
            try spool.markStored(upTo: 3)
            #expect(try spool.next(2) == [])
            #expect(spool.waiting == 0)
        }
    }

    @Test func goesOnAfterARestart() async throws {
        try await withTemporaryDirectory { directory in
            do {
                var spool = try Spool(directory.path)
                try spool.append(messages(1...3))
            }
            do {
                var spool = try Spool(directory.path)
                #expect(spool.last == 3)
                let recovered = spool.takeRecovered()
                #expect(recovered == messages(1...3))
                try spool.begin(after: 2)
                #expect(try spool.next(9) == messages(3...3))
                try spool.append(messages(4...4))
                #expect(try spool.next(9) == messages(3...4))
            }
            var spool = try Spool(directory.path)
            let recovered = spool.takeRecovered()
            #expect(recovered == messages(1...4))
            let again = spool.takeRecovered()
            #expect(again == [])
        }
    }

    @Test func goesOnAfterTheDatabase() async throws {
        try await withTemporaryDirectory { directory in
            do {
                var spool = try Spool(directory.path)
                try spool.begin(after: 10)
                #expect(spool.last == 10)
                #expect(spool.waiting == 0)
            }
            // The place is remembered without any message.
            let spool = try Spool(directory.path)
            #expect(spool.last == 10)
        }
    }

    @Test func dropsALineThatWasCutOffAnywhere() async throws {
        try await withTemporaryDirectory { directory in
            let whole: Data
            do {
                var spool = try Spool(directory.path)
                try spool.append(messages(1...2))
                whole = try Data(contentsOf: Self.onlyFile(in: directory))
            }
            let file = try Self.onlyFile(in: directory)
            let first = try #require(whole.firstIndex(of: 0x0A)) + 1
            for length in first..<whole.count {
                try whole.prefix(length).write(to: file)
                var spool = try Spool(directory.path)
                let whatIsWhole = spool.takeRecovered()
                #expect(whatIsWhole == messages(1...1))
                try spool.append(messages(2...2))
                #expect(try Data(contentsOf: file) == whole)
            }
        }
    }

    @Test("R26: a broken line in the middle does not take those after it along, and is told")
    func passesOverABrokenLine() async throws {
        try await withTemporaryDirectory { directory in
            let limits = Spool.Limits(segmentBytes: 500)
            do {
                var spool = try Spool(directory.path, limits: limits)
                for sequence in 1...12 { try spool.append(messages(sequence...sequence)) }
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
            try #require(names.count > 2)
            // In the oldest file and in the newest that has some.
            var broken: [Int] = []
            for name in [names[0], names[names.count - 2]] {
                let file = directory.appending(path: name)
                var lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
                try #require(lines.count > 2)
                lines[1] = String(lines[1].dropFirst(20))
                broken.append((Int(name.prefix { $0 != "." }) ?? 0) + 2)
                try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
            }
            var spool = try Spool(directory.path, limits: limits)
            #expect(spool.damage.count == 2)
            let whole = messages(1...12).filter { !broken.contains($0.sequence) }
            let recovered = spool.takeRecovered()
            #expect(recovered == whole)
            #expect(spool.last == 12)
            for place in 0...12 {
                #expect(try spool.messages(after: place) == whole.filter { $0.sequence > place })
                #expect(
                    try spool.messages(after: place, limit: 2) == Array(whole.filter { $0.sequence > place }.prefix(2))
                )
            }
            try spool.append(messages(13...13))
            #expect(try spool.messages(after: 12) == messages(13...13))
        }
    }

    @Test("R26: a broken line in the newest file is passed over, too, and what was cut off is removed")
    func passesOverABrokenLineInTheNewestFile() async throws {
        try await withTemporaryDirectory { directory in
            do {
                var spool = try Spool(directory.path)
                try spool.append(messages(1...4))
            }
            let file = try Self.onlyFile(in: directory)
            var text = try String(contentsOf: file, encoding: .utf8)
            text = text.replacingOccurrences(of: #""sequence":2"#, with: #""sequence":x"#)
            try Data((text + #"{"id":"#).utf8).write(to: file)
            var spool = try Spool(directory.path)
            #expect(spool.damage.count == 1)
            let whole = [1, 3, 4].flatMap { messages($0...$0) }
            #expect(try spool.messages(after: 0) == whole)
            try spool.append(messages(5...5))
            #expect(try spool.messages(after: 2) == messages(3...5))
            #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix(text))
        }
    }

    @Test("H2: only what is asked for is read, whatever waits")
    func answersPages() async throws {
        try await withTemporaryDirectory { directory in
            var spool = try Spool(directory.path, limits: Spool.Limits(segmentBytes: 700))
            for sequence in stride(from: 1, through: 99, by: 3) { try spool.append(messages(sequence...sequence + 2)) }
            for stored in [0, 10, 50, 99] {
                try spool.markStored(upTo: stored)
                let files = spool.files
                for (query, wanted) in [
                    (HistoryQuery(limit: 5), 95...99), (HistoryQuery(before: 99, limit: 2), 97...98),
                    (HistoryQuery(before: .max, limit: 1), 99...99), (HistoryQuery(after: 97), 98...99),
                    (HistoryQuery(before: 90, after: 85), 86...89), (HistoryQuery(after: 60, limit: 2), 61...62),
                    (HistoryQuery(before: 3), 1...2), (HistoryQuery(before: 13, after: 7), 8...12),
                ] {
                    let waiting = try files.waiting(for: query, searched: 0).map(\.sequence)
                    #expect(waiting == wanted.filter { $0 > stored })
                    // All that is not here is in the database.
                    #expect(files.needsDatabase(for: query) || waiting == Array(wanted) || stored == 0)
                }
                #expect(try files.waiting(for: HistoryQuery(after: 99), searched: 0) == [])
                #expect(try files.waiting(for: HistoryQuery(after: .max), searched: 0) == [])
                #expect(try files.waiting(for: HistoryQuery(before: 1), searched: 0) == [])
                let found = try files.waiting(for: HistoryQuery(text: "8"), searched: 99).map(\.sequence)
                #expect(found == (1...99).filter { $0 > stored && "\($0)".contains("8") })
                if stored < 99 {
                    #expect(throws: ChatLogUnavailable.self) {
                        try files.waiting(for: HistoryQuery(text: "8"), searched: 98 - stored)
                    }
                }
            }
        }
    }

    @Test func hasManyFilesAndRemovesThem() async throws {
        try await withTemporaryDirectory { directory in
            let files = { try FileManager.default.contentsOfDirectory(atPath: directory.path).count }
            do {
                var spool = try Spool(directory.path, limits: Spool.Limits(segmentBytes: 500, queue: 7))
                for sequence in stride(from: 1, through: 99, by: 3) {
                    try spool.append(messages(sequence...sequence + 2))
                }
                #expect(try files() > 10)
            }
            var spool = try Spool(directory.path, limits: Spool.Limits(segmentBytes: 500, queue: 7))
            let recovered = spool.takeRecovered()
            #expect(recovered == messages(1...99))
            try spool.begin(after: 0)
            var taken: [ChatMessage] = []
            while let last = try spool.next(5).last {
                taken += try spool.next(5)
                try spool.markStored(upTo: last.sequence)
            }
            #expect(taken == messages(1...99))
            #expect(try files() == 2)
            try spool.append(messages(100...100))
            #expect(try spool.next(5) == messages(100...100))
        }
    }

    @Test func isBounded() async throws {
        try await withTemporaryDirectory { directory in
            var spool = try Spool(directory.path, limits: Spool.Limits(waitingBytes: 1_000, segmentBytes: 300))
            var count = 0
            let error = #expect(throws: ChatLogError.self) {
                while count < 100 {
                    try spool.append(messages(count + 1...count + 1))
                    count += 1
                }
            }
            #expect(
                error?.description.hasPrefix("The database has been unavailable for too long: \(count) messages wait")
                    == true
            )
            #expect((5...10).contains(count))
            // Nothing of the one that was refused is there; and when some have been stored, others have room.
            #expect(try spool.next(100) == messages(1...count))
            try spool.markStored(upTo: count)
            try spool.append(messages(count + 1...count + 1))
            #expect(try spool.next(100) == messages(count + 1...count + 1))
        }
    }

    @Test func isForOneChat() async throws {
        try await withTemporaryDirectory { directory in
            let spool = try Spool(directory.path)
            let error = #expect(throws: ChatLogError.self) { _ = try Spool(directory.path).last }
            #expect(error?.description == "Another chat is using the spool \(directory.path).")
            #expect(spool.last == 0)
        }
    }

    private func messages(_ sequences: ClosedRange<Int>) -> [ChatMessage] {
        sequences.map { sequence in
            let digits = String(1_000_000_000_000 + sequence).dropFirst()
            let id = MessageID("00000000-0000-0000-0000-\(digits)") ?? MessageID()
            return ChatMessage(sequence: sequence, id: id, time: 1, name: "Ada", text: "🦅 \(sequence)\n")
        }
    }

    private static func onlyFile(in directory: URL) throws -> URL {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        return directory.appending(path: try #require(names.first))
    }
}
