import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct FileServerTests {
    @Test func basicFileServerAnswersEveryRequestWithItsFile() async throws {
        try await withProgram("basic-file-server", "--port", "0") { program in
            for path in ["/", "/any/path"] {
                let reply = try await program.curl(path)
                #expect(reply.status == 200)
                #expect(reply.headers["content-type"] == "text/html; charset=utf-8")
                #expect(reply.headers["accept-ranges"] == "bytes")
                #expect(reply.headers["last-modified"] != nil)
                #expect(reply.body.hasPrefix("<!DOCTYPE html>\n"))
            }
            let part = try await program.curl("/", "--range", "0-14")
            #expect(part.status == 206)
            #expect(part.body == "<!DOCTYPE html>")
        }
    }

    @Test func basicFileServerTakesAFile() async throws {
        try await withProgram("basic-file-server", "--port", "0", "--file", "a.txt") { program in
            #expect(try await program.curl("/").status == 404)
            try Data("Grüße".utf8).write(to: program.directory.appending(path: "a.txt"))
            let reply = try await program.curl("/")
            #expect(reply.body == "Grüße")
            #expect(reply.headers["content-type"] == "text/plain; charset=utf-8")
            #expect(try await program.curl("/", "--data", "x").status == 405)
        }
    }

    @Test func staticFileServerServesItsSite() async throws {
        try await withProgram("static-file-server", "--port", "0") { program in
            let home = try await program.curl("/")
            #expect(home.status == 200)
            #expect(home.body.contains("href=\"birds/\""))
            let redirect = try await program.curl("/birds?a=b")
            #expect(redirect.status == 301)
            #expect(redirect.headers["location"] == "/birds/?a=b")
            #expect(try await program.curl("/birds/").body.contains("href=\"birds.css\""))
            #expect(try await program.curl("/birds/birds.css").headers["content-type"] == "text/css; charset=utf-8")
            #expect(try await program.curl("/none").status == 404)
            #expect(try await program.curl("/../Package.swift", "--path-as-is").status == 404)
        }
    }

    @Test func staticFileServerTakesADirectory() async throws {
        try await withProgram("static-file-server", "--port", "0", "--directory", ".", "--listing") { program in
            try Data("x".utf8).write(to: program.directory.appending(path: "a b.txt"))
            try Data("x".utf8).write(to: program.directory.appending(path: ".secret"))
            let list = try await program.curl("/")
            #expect(list.body.contains("<a href=\"./a%20b.txt\">a b.txt</a>"))
            #expect(!list.body.contains("secret"))
            #expect(try await program.curl("/.secret").status == 404)
        }
    }
}
