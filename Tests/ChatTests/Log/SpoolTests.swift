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
            #expect(error?.description.hasPrefix("The database is away for too long: \(count) messages wait") == true)
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
            #expect(error?.description == "Another chat uses the spool \(directory.path).")
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
