import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct MiniFileServerTests {
    @Test func servesItsOwnPage() async throws {
        try await withProgram("mini-file-server", "--port", "0") { program in
            let reply = try await program.curl("/any/path")
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "text/html; charset=utf-8")
            #expect(reply.body.hasPrefix("<!DOCTYPE html>\n"))
            #expect(reply.headers["content-length"] == "\(reply.body.utf8.count)")
            #expect(await program.lines(2)[1...] == ["Serving index.html."])
        }
    }

    @Test func servesAFileAsItIsNow() async throws {
        try await withProgram("mini-file-server", "--port", "0", "--file", "page.html") { program in
            let file = program.directory.appending(path: "page.html")
            let missing = try await program.curl("/")
            #expect(missing.status == 404)
            #expect(missing.headers == Reply.textHeaders(length: 0))
            #expect(missing.body.isEmpty)

            for text in ["<p>Grüße</p>\n", String(repeating: "<p>line</p>\n", count: 100_000), ""] {
                try Data(text.utf8).write(to: file)
                let reply = try await program.curl("/")
                #expect(reply.status == 200)
                let length = text.utf8.count
                let headers = Reply.textHeaders(length: length, ["content-type": "text/html; charset=utf-8"])
                #expect(reply.headers == headers)
                #expect(reply.body == text)
                let head = try await program.curl("/", "--head")
                #expect(head.status == 200)
                #expect(head.headers == headers)
                #expect(head.body.isEmpty)
            }
            #expect(
                await program.lines(8)[1...]
                    == ["Can't open page.html."] + Array(repeating: "Serving page.html.", count: 6)
            )
        }
    }

    @Test func survivesWhatIsNoFile() async throws {
        try await withProgram("mini-file-server", "--port", "0", "--file", ".") { program in
            for _ in 0..<2 {
                let reply = try await program.curl("/")
                #expect(reply.status == 500)
                #expect(reply.body.isEmpty)
            }
            #expect(await program.lines(3)[1...].allSatisfy { $0.hasPrefix("Couldn't read file: ") })
        }
    }
}
