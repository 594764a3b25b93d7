import Foundation
import TestProcesses
import Testing

@testable import chat

struct SQLiteLogTests {
    @Test func keepsTheContract() async throws {
        try await withTemporaryDirectory { directory in
            let log = try await SQLiteLog.open(directory.appending(path: "chat.sqlite").path, room: "lobby")
            try await checkContract(of: log)
            await log.close()
        }
    }

    @Test func goesOnAfterARestart() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "chat.sqlite").path
            let first = draft("One")
            var log = try await SQLiteLog.open(path, room: "lobby")
            _ = try await log.append([first])
            await log.close()
            log = try await SQLiteLog.open(path, room: "lobby")
            let second = draft("Two")
            #expect(
                try await log.append([first, second])
                    == [.known(first.id, sequence: 1), .stored(ChatMessage(second, sequence: 2))]
            )
            await log.close()
        }
    }

    @Test func keepsRoomsApart() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "chat.sqlite").path
            let message = draft("One")
            for room in ["lobby", "Lobby", "🦅"] {
                let log = try await SQLiteLog.open(path, room: room)
                #expect(try await log.append([message]) == [.stored(ChatMessage(message, sequence: 1))])
                await log.close()
            }
        }
    }

    @Test func saysWhatIsNoDatabase() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "chat.sqlite").path
            try Data(String(repeating: "no database ", count: 1_000).utf8).write(to: URL(filePath: path))
            let error = await #expect(throws: ChatLogError.self) { try await SQLiteLog.open(path, room: "lobby") }
            #expect(error?.description.hasPrefix("The log \(path) can't be used: ") == true)
        }
    }
}
