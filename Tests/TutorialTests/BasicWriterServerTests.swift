import Foundation
import TestProcesses
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BasicWriterServerTests {
    private static let solo = """
        {"name":"Han Solo","job":"reluctant hero","BFF":"Chewbacca","ship":"Millennium Falcon",\
        "weakness":"smuggling debts"}
        """

    @Test func writesWhatItIsSent() async throws {
        try await withProgram("basic-writer-server", "--port", "0") { program in
            let notes = program.directory.appending(path: "notes")
            let reply = try await program.curl("/file.txt", "--json", Self.solo)
            #expect(reply.status == 200)
            #expect(reply.headers == Reply.textHeaders(length: 24))
            #expect(reply.body == "Wrote data for Han Solo.")
            #expect(try String(contentsOf: notes.appending(path: "file.txt"), encoding: .utf8) == Self.solo)

            // The last segment names the file, in any script; an older file is replaced.
            let chunked = ["--header", "Transfer-Encoding: chunked", "--header", "Content-Type: application/json;a=b"]
            let other = try await Reply(curl: chunked + ["--data", " {} ", program.url + "/a/file.txt"])
            #expect(other.body == "Wrote data for null.")
            #expect(try String(contentsOf: notes.appending(path: "file.txt"), encoding: .utf8) == " {} ")
            #expect(try await program.curl("/gr%C3%BC%C3%9Fe%20.txt", "--json", "{\"name\":1.5}").status == 200)
            #expect(try files(in: notes) == ["file.txt", "grüße .txt"])
            #expect(await program.lines(1).count == 1)
        }
    }

    @Test func refusesNamesThatLeadAway() async throws {
        let paths = [
            "/", "/a/", "/.", "/..", "/%2e%2e", "/.hidden", "/..%2fescape", "/..%2f..%2fescape", "/%2ftmp%2fescape",
            "/a%2fescape", "/..%5cescape", "/a%00b", "/%00", "/a%0Ab", "/%FF",
            "/" + String(repeating: "x", count: 256), "/" + String(repeating: "%C3%BC", count: 128),
        ]
        try await withProgram("basic-writer-server", "--port", "0") { program in
            for path in paths {
                let reply = try await program.curl(path, "--path-as-is", "--json", "{}")
                #expect(reply.status == 400, "\(path)")
                #expect(reply.message.hasSuffix("."))
            }
            #expect(try files(in: program.directory) == ["notes"])
            #expect(try files(in: program.directory.appending(path: "notes")) == [])
            let longest = String(repeating: "x", count: 255)
            #expect(try await program.curl("/\(longest)", "--json", "{}").status == 200)
            #expect(try files(in: program.directory.appending(path: "notes")) == [longest])
        }
    }

    @Test func refusesWhatIsNoJSONObject() async throws {
        try await withProgram("basic-writer-server", "--port", "0") { program in
            let deep = program.directory.appending(path: "deep.json")
            try Data(String(repeating: "[", count: 200_000).utf8).write(to: deep)
            let invalid = "Bad JSON: The given data was not valid JSON."
            let cases = [
                ("", invalid), ("nope", invalid), ("{\"name\":\"Han\"", invalid), ("@\(deep.path)", invalid),
                ("[1]", "Bad JSON: expected an object."), ("7", "Bad JSON: expected an object."),
            ]
            for (content, reason) in cases {
                let reply = try await program.curl("/file.txt", "--json", content)
                #expect(reply.status == 400)
                #expect(reply.message == reason, "\(content)")
            }
            for content in ["{\"a\":\"\\q\"}", "{\"a\":01}", "{\"a\":1e}", "{\"a\":[1 2]}"] {
                #expect(try await program.curl("/file.txt", "--json", content).status == 400, "\(content)")
            }
            let bytes = program.directory.appending(path: "bytes")
            try Data([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]).write(to: bytes)
            #expect(try await program.curl("/file.txt", "--json", "@\(bytes.path)").status == 400)
            #expect(try files(in: program.directory.appending(path: "notes")) == [])
        }
    }

    @Test func refusesOtherMethodsAndTypes() async throws {
        try await withProgram("basic-writer-server", "--port", "0") { program in
            for method in ["GET", "PUT", "BREW"] {
                let reply = try await program.curl("/file.txt", "--request", method)
                let text = "Unsupported request: \(method)."
                // S16: a method that no resource has is another matter.
                let allow = (method == "BREW" ? [:] : ["allow": "POST"]).merging(["vary": "Accept"]) { $1 }
                #expect(reply.status == (method == "BREW" ? 501 : 405))
                #expect(reply.headers == Reply.textHeaders(length: text.utf8.count, allow))
                #expect(reply.body == text)
            }
            let head = try await program.curl("/file.txt", "--head")
            #expect(head.status == 405)
            #expect(head.body.isEmpty)
            #expect(try await program.curl("/file.txt", "--data", "{}").status == 415)
        }
    }

    @Test func refusesWhatIsTooLarge() async throws {
        try await withProgram("basic-writer-server", "--port", "0", "--limit", "100") { program in
            let text = "{\"name\":\"\(String(repeating: "x", count: 88))\"}"
            #expect(text.utf8.count == 99)
            #expect(try await program.curl("/a", "--json", text + " ").status == 200)
            for options in [[], ["--header", "Transfer-Encoding: chunked"]] {
                let reply = try await Reply(curl: options + ["--json", text + "  ", program.url + "/b"])
                #expect(reply.status == 413)
                #expect(reply.message == "The content is larger than the limit of 100 bytes.")
            }
            #expect(try files(in: program.directory.appending(path: "notes")) == ["a"])
        }
    }

    @Test func writesToADirectoryOfItsOwn() async throws {
        try await withTemporaryDirectory { directory in
            try await withProgram("basic-writer-server", "--port", "0", "--directory", directory.path) { program in
                try FileManager.default.createDirectory(
                    at: directory.appending(path: "sub"),
                    withIntermediateDirectories: false
                )
                #expect(try await program.curl("/a", "--json", "{}").status == 200)
                let failed = try await program.curl("/sub", "--json", "{}")
                #expect(failed.status == 500)
                #expect(failed.body == "Exception during file I/O: sub can't be written.")
                #expect(try files(in: directory) == ["a", "sub"])
                #expect(await program.lines(2)[1].hasPrefix("Exception during file I/O: "))
            }
        }
    }

    @Test func aStalledClientBlocksNobody() async throws {
        try await withProgram("basic-writer-server", "--port", "0") { program in
            let stalled = try (0..<8).map { _ in try RawClient(port: program.port) }
            for (index, client) in stalled.enumerated() {
                try client.send(
                    """
                    POST /stalled\(index) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                    Content-Length: 12\r\nExpect: 100-continue\r\n\r\n
                    """
                )
                // Now the program reads what does not come.
                #expect(try client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
                try client.send("{\"name\"")
            }
            #expect(try await program.curl("/quick", "--json", "{}").status == 200)
            #expect(try files(in: program.directory.appending(path: "notes")) == ["quick"])
            for client in stalled {
                try client.send(":\"A\"}")
                let answer = try client.receive(until: "Wrote data for A.")
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
            #expect(try files(in: program.directory.appending(path: "notes")).count == 9)
        }
    }

    @Test func nothingIsLostWhenManyWriteAtOnce() async throws {
        try await withProgram("basic-writer-server", "--port", "0") { program in
            let texts = (0..<8).map { "{\"name\":\"\(String(repeating: "\($0)", count: 50_000))\"}" }
            for (index, text) in texts.enumerated() {
                try Data(text.utf8).write(to: program.directory.appending(path: "\(index)"))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in texts.indices {
                    group.addTask {
                        let file = program.directory.appending(path: "\(index)").path
                        let same = try await program.curl("/same", "--json", "@\(file)")
                        #expect(same.status == 200)
                        let own = try await program.curl("/own\(index)", "--json", "@\(file)")
                        #expect(own.status == 200)
                    }
                }
                try await group.waitForAll()
            }
            let notes = program.directory.appending(path: "notes")
            #expect(try texts.contains(String(contentsOf: notes.appending(path: "same"), encoding: .utf8)))
            for (index, text) in texts.enumerated() {
                #expect(try String(contentsOf: notes.appending(path: "own\(index)"), encoding: .utf8) == text)
            }
            #expect(try files(in: notes) == (0..<8).map { "own\($0)" } + ["same"])
        }
    }

    private func files(in directory: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }
}
