import Foundation
import HTTPTypes
import Martlet
import TestProcesses
import Testing

@testable import chat

/// The program as it is started.
@Suite(.timeLimit(.minutes(5)))
struct ProgramTests {
    @Test func keepsWhatWasSaidWhenItIsKilled() async throws {
        try await withTemporaryDirectory { directory in
            let id = MessageID()
            try await withProgram(in: directory) { process, port in
                let ada = try await ChatClient("ws://127.0.0.1:\(port)/ws")
                try await ada.join("Ada")
                try await ada.say("Before", id: id)
                _ = try await ada.texts(1)
                process.send(SIGKILL)
                _ = await process.exitStatus
            }
            try await withProgram(in: directory) { process, port in
                let ada = try await ChatClient("ws://127.0.0.1:\(port)/ws")
                #expect(try await ada.join("Ada", after: 0).messages?.map(\.id) == [id])
                try await ada.say("After")
                #expect(try await ada.next("message").sequence == 2)
                process.send(SIGTERM)
                #expect(try await ada.end().code == .goingAway)
                #expect(await process.exitStatus == 0)
                #expect(await process.errors.text == "")
            }
        }
    }

    @Test("clients that come back miss nothing, over two restarts")
    func restarts() async throws {
        try await withTemporaryDirectory { directory in
            var port = 0
            var said: [MessageID] = []
            var received: (ids: [MessageID], sequences: [Int]) = ([], [])
            for round in 0..<3 {
                // The port stays the same for clients.
                try await withProgram(in: directory, port: port) { process, ownPort in
                    port = ownPort
                    let url = "ws://127.0.0.1:\(port)/ws"
                    let (ada, bob) = (try await ChatClient(url), try await ChatClient(url))
                    try await bob.join("Bob")
                    // Ada was away while Bob said something in the end.
                    let history = try await ada.join("Ada", after: received.sequences.last ?? 0)
                    #expect(round == 0 || history.resumed == true)
                    received.ids += history.messages?.map(\.id) ?? []
                    received.sequences += history.messages?.map(\.sequence) ?? []
                    for number in 0..<5 {
                        said.append(MessageID())
                        try await bob.say("\(round) \(number)", id: said[said.count - 1])
                        let message = try await ada.next("message")
                        received.ids += [message.id].compactMap { $0 }
                        received.sequences += [message.sequence].compactMap { $0 }
                        _ = try await bob.next("message")
                    }
                    await ada.socket.close()
                    for number in 5..<8 {
                        said.append(MessageID())
                        try await bob.say("\(round) \(number)", id: said[said.count - 1])
                        _ = try await bob.next("message")
                    }
                    process.send(SIGTERM)
                    #expect(try await bob.end().code == .goingAway)
                    #expect(await process.exitStatus == 0)
                }
            }
            // What was said in the end of the last round, nobody has asked for.
            #expect(received.ids == said.dropLast(3))
            #expect(received.sequences == Array(1...said.count - 3))
        }
    }

    @Test(arguments: [
        ("redis://a/b", "Error: Messages can't be stored at redis://. Use an SQLite file, or mysql://.\n"),
        ("/no/such/folder/chat.sqlite", "Error: The log /no/such/folder/chat.sqlite can't be used: "),
    ])
    func saysWhyItCannotStart(log: String, error: String) async throws {
        let process = try Subprocess(builtExecutable("chat"), ["--port", "0", "--log", log])
        #expect(await process.exitStatus == 1)
        #expect(await process.output.text == "")
        #expect(await process.errors.text.hasPrefix(error))
    }

    @Test("H3: the program takes pages of its own host as the library does, and those of --origin")
    func origins() async throws {
        try await withTemporaryDirectory { directory in
            try await withProgram(in: directory, ["--origin", "https://page.example"]) { _, port in
                let url = "ws://127.0.0.1:\(port)/ws"
                let name = try #require(HTTPField.Name("Host"))
                for (host, origin, isAccepted) in [
                    ("example.com:443", "https://example.com", true), ("example.com", "https://example.com", true),
                    ("example.com", "https://example.com:443", true), ("EXAMPLE.com", "http://example.com:80", true),
                    ("example.com", "https://Example.com.", true), ("[::1]:443", "https://[::1]", true),
                    ("example.com:8443", "https://example.com:8443", true),
                    ("example.com", "https://page.example", true), ("example.com", "https://page.example:443", true),
                    ("example.com", "http://page.example", false),
                    ("example.com:8443", "https://example.com", false), ("example.com", "https://evil.example", false),
                    ("example.com", "null", false), ("example.com", "https://example.com.evil.example", false),
                    ("example.com", "https://example.com@evil.example", false),
                ] {
                    let fields: HTTPFields = [name: host, .origin: origin]
                    do {
                        let client = try await ChatClient(url, headers: fields)
                        await client.socket.close()
                        #expect(isAccepted, "\(host) \(origin)")
                    } catch let error as WebSocketError {
                        #expect(error == .notUpgraded(url: url, status: .forbidden))
                        #expect(!isAccepted, "\(host) \(origin)")
                    }
                }
            }
        }
    }

    @Test func saysThatThePortIsTaken() async throws {
        try await withChat { chat in
            let process = try Subprocess(builtExecutable("chat"), ["--port", "\(chat.server.port)"])
            #expect(await process.exitStatus == 1)
            let errors = await process.errors.text
            #expect(errors.hasPrefix("Error: Port \(chat.server.port) is in use. "))
        }
    }

    @Test func measuresALoad() async throws {
        try await withChat { chat in
            let process = try Subprocess(
                builtExecutable("chat"),
                [
                    "load", "--url", "ws://127.0.0.1:\(chat.server.port)/ws", "--clients", "12", "--rate", "50",
                    "--seconds",
                    "1", "--stalled", "1",
                ]
            )
            let text = await process.output.text
            #expect(await process.exitStatus == 0)
            #expect(text.contains("complete       12 of 12 clients have all 50 messages\n"))
            #expect(text.contains("in order       12 of 12, without gaps and doubles, all alike\n"))
        }
    }
}

/// Runs the program in a directory, on a port or, if that is 0, one of the system's choice.
private func withProgram(
    in directory: URL,
    port: Int = 0,
    _ options: [String] = [],
    body: (Subprocess, Int) async throws -> Void
) async throws {
    let process = try Subprocess(builtExecutable("chat"), ["--port", "\(port)"] + options, in: directory)
    do {
        let prefix = "Listening on http://127.0.0.1:"
        let line = try #require(await process.output.line(startingWith: prefix))
        try await body(process, try #require(Int(line.dropFirst(prefix.count).dropLast())))
    } catch {
        await process.end()
        throw error
    }
    await process.end()
}
