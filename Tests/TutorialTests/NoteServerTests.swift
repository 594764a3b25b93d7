import Foundation
import TestProcesses
import Testing

@Suite(.timeLimit(.minutes(5)))
struct NoteServerTests {
    @Test func takesNotesAndGivesThemBack() async throws {
        try await withProgram("note-server", "--port", "0") { program in
            let first = try await program.curl("/", "--json", "{\"myNote\":\"Be yourself.\"}")
            #expect(first.status == 200)
            #expect(first.headers == Reply.textHeaders(length: 18, ["vary": "Origin"]))
            #expect(first.body == "You have 1 notes.\n")
            // The path and the type of the content don't matter, and what is no text becomes one.
            let second = try await program.curl("/any/path", "--data", "{\"myNote\":7,\"getNote\":\"0\"}")
            #expect(second.body == "You have 2 notes.\n")
            #expect(
                try await program.curl("/", "--json", "{\"myNote\":\"<i>Grüße</i> 🐦\"}").body == "You have 3 notes.\n"
            )

            let gets = [
                ("\"0\"", "Be yourself.\n"), ("\"1\"", "7\n"), ("2", "<i>Grüße</i> 🐦\n"), ("\"x\"", "Be yourself.\n"),
                ("\"\"", "Be yourself.\n"),
            ]
            for (number, note) in gets {
                let reply = try await program.curl("/", "--json", "{\"getNote\":\(number)}")
                #expect(reply.status == 200)
                #expect(reply.body == note, "\(number)")
            }
            let file = program.directory.appending(path: "notes.txt")
            #expect(try String(contentsOf: file, encoding: .utf8) == "Be yourself.\n7\n<i>Grüße</i> 🐦\n")
            #expect(await program.lines(1).count == 1)
        }
    }

    @Test func saysWhatIsWrong() async throws {
        try await withProgram("note-server", "--port", "0") { program in
            _ = try await program.curl("/", "--json", "{\"myNote\":\"one\"}")
            let usage = "Send {\"myNote\":\"a note\"} or {\"getNote\":\"0\"}."
            let cases = [
                ("{}", 400, usage), ("[]", 400, usage), ("7", 400, usage), ("\"text\"", 400, usage),
                ("{\"myNote\":null}", 400, "A note must be a text."),
                ("{\"myNote\":[\"a\"]}", 400, "A note must be a text."),
                ("{\"myNote\":\"\"}", 400, "The note is empty."), ("{\"myNote\":\" \"}", 400, "The note is empty."),
                ("{\"myNote\":\"a\\nb\"}", 400, "A note must be one line, without control characters."),
                ("{\"myNote\":\"\\u001b[31m\"}", 400, "A note must be one line, without control characters."),
                ("{\"getNote\":\"1\"}", 404, "There is no note 1. You have 1 notes."),
                ("{\"getNote\":\"-1\"}", 404, "There is no note -1. You have 1 notes."),
                ("{\"getNote\":9223372036854775807}", 404, "There is no note 9223372036854775807. You have 1 notes."),
                ("{\"getNote\":1.5}", 400, "The number of a note must be a whole number."),
                ("{\"getNote\":null}", 400, "The number of a note must be a whole number."),
            ]
            for (content, status, text) in cases {
                let reply = try await program.curl("/", "--json", content)
                #expect(reply.status == status, "\(content)")
                #expect(reply.message == text, "\(content)")
            }
            for content in ["", "nope", "{\"myNote\":", String(repeating: "[", count: 5000)] {
                let reply = try await program.curl("/", "--json", content)
                #expect(reply.status == 400)
                #expect(reply.message.hasPrefix("The content is not the expected JSON: "))
            }
            #expect(try await program.curl("/", "--json", "{\"getNote\":\"0\"}").body == "one\n")
        }
    }

    @Test func hasBounds() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "mine.txt")
            try Data(String(repeating: "note\n", count: 999).utf8).write(to: file)
            try await withProgram("note-server", "--port", "0", "--file", file.path) { program in
                let note = String(repeating: "ü", count: 250)
                let tooLong = try await program.curl("/", "--json", "{\"myNote\":\"\(note)x\"}")
                #expect(tooLong.status == 400)
                #expect(tooLong.message == "The note is longer than 500 bytes.")
                let tooMuch = try await program.curl("/", "--json", String(repeating: " ", count: 8193))
                #expect(tooMuch.status == 413)

                let last = try await program.curl("/", "--json", "{\"myNote\":\"\(note)\"}")
                #expect(last.body == "You have 1000 notes.\n")
                let full = try await program.curl("/", "--json", "{\"myNote\":\"x\"}")
                #expect(full.status == 507)
                #expect(full.message == "There is no room for more than 1000 notes.")
                #expect(try String(contentsOf: file, encoding: .utf8).hasSuffix("\nnote\n\(note)\n"))
            }
        }
    }

    @Test func keepsNotesWhenItIsStartedAgain() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "mine.txt")
            // As an editor may leave it.
            try Data("one\r\ntwo\nthree".utf8).write(to: file)
            for count in 4...5 {
                try await withProgram("note-server", "--port", "0", "--file", file.path) { program in
                    #expect(try await program.curl("/", "--json", "{\"getNote\":0}").body == "one\n")
                    #expect(try await program.curl("/", "--json", "{\"getNote\":2}").body == "three\n")
                    let reply = try await program.curl("/", "--json", "{\"myNote\":\"more\"}")
                    #expect(reply.body == "You have \(count) notes.\n")
                    program.process.send(SIGKILL)
                }
            }
            #expect(try String(contentsOf: file, encoding: .utf8) == "one\ntwo\nthree\nmore\nmore\n")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["mine.txt"])
        }
    }

    @Test func losesNothingWhenManyWriteAtOnce() async throws {
        try await withProgram("note-server", "--port", "0") { program in
            try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<12 {
                    group.addTask { try await program.curl("/", "--json", "{\"myNote\":\"note \(index)\"}").body }
                }
                let answers = try await group.reduce(into: []) { $0.append($1) }
                #expect(Set(answers) == Set((1...12).map { "You have \($0) notes.\n" }))
            }
            let file = program.directory.appending(path: "notes.txt")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            #expect(Set(lines) == Set((0..<12).map { "note \($0)" }))
        }
    }

    @Test func saysThatANoteIsNotSaved() async throws {
        try await withTemporaryDirectory { directory in
            let gone = directory.appending(path: "gone")
            try FileManager.default.createDirectory(at: gone, withIntermediateDirectories: false)
            let file = gone.appending(path: "notes.txt").path
            try await withProgram("note-server", "--port", "0", "--file", file) { program in
                try FileManager.default.removeItem(at: gone)
                let reply = try await program.curl("/", "--json", "{\"myNote\":\"one\"}")
                #expect(reply.status == 500)
                #expect(reply.message == "Couldn't save note.")
                #expect(await program.lines(2)[1].hasPrefix("Couldn't open \(file): "))
                // It is not among the notes either.
                #expect(try await program.curl("/", "--json", "{\"getNote\":0}").status == 404)
                try FileManager.default.createDirectory(at: gone, withIntermediateDirectories: false)
                #expect(try await program.curl("/", "--json", "{\"myNote\":\"one\"}").body == "You have 1 notes.\n")
            }
        }
    }

    @Test func refusesOtherMethodsAndPaths() async throws {
        try await withProgram("note-server", "--port", "0") { program in
            let missing = try await program.curl("/favicon.ico")
            #expect(missing.status == 404)
            #expect(missing.body == "Not found: GET, /favicon.ico")
            for method in ["PUT", "DELETE", "OPTION"] {
                let reply = try await program.curl("/", "--request", method)
                // S16: a method that no resource has is another matter.
                #expect(reply.status == (method == "OPTION" ? 501 : 405))
                #expect(reply.headers["allow"] == (method == "OPTION" ? nil : "GET, HEAD, POST, OPTIONS"))
                #expect(reply.body == "Unsupported request: \(method).")
            }
            let options = try await program.curl("/", "--request", "OPTIONS")
            #expect(options.status == 204)
            #expect(options.headers["allow"] == "GET, HEAD, POST, OPTIONS")
        }
    }

    @Test(arguments: [["notes.txt"], ["sub"]])
    func saysThatTheFileCanNotBeRead(names: [String]) async throws {
        try await withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(
                at: directory.appending(path: "sub"),
                withIntermediateDirectories: false
            )
            try Data([0x61, 0xFF, 0x0A]).write(to: directory.appending(path: "notes.txt"))
            let arguments = ["note-server", "--port", "0", "--file"] + names
            let process = try startTutorial(arguments, in: directory)
            #expect(await process.exitStatus == 1)
            let reason = names == ["sub"] ? "can't be read" : "doesn't hold notes"
            #expect(
                await process.errors.text
                    == "Error: note-server: \(names[0]) \(reason). Choose another file with --file.\n"
            )
        }
    }
}
