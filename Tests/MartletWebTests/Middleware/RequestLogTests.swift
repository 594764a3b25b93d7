import Foundation
import HTTPTypes
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

@Suite("The log of requests")
struct RequestLogTests {
    private func logging(
        _ format: RequestLog.Format,
        _ configuration: HTTPServer.Configuration = .bare,
        _ handler: @escaping HTTPServer.Handler,
        test: (HTTPServer, Events<String>) async throws -> Void
    ) async throws {
        let lines = Events<String>()
        try await withServer(configuration, RequestLog(format) { lines.add($0) }.wrapping(handler)) { server in
            try await test(server, lines)
        }
    }

    private func parts(of line: String) throws -> (time: String, rest: String) {
        let pattern = /^127\.0\.0\.1 - - \[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000)\] (.*)\n$/
        let match = try #require(try pattern.wholeMatch(in: line))
        return (String(match.1), String(match.2))
    }

    @Test("has a line for each request in the Common Log Format")
    func common() async throws {
        try await logging(.common) { request in
            switch request.target {
            case "/error": throw HTTPError(.notFound, "None.")
            case "/failure": throw CancellationError()
            case "/chunks":
                try await request.response.write("abc")
                try await request.response.flush()
                try await request.response.write("de")
            case "/empty": break
            default: try await request.response.end("Hello")
            }
        } test: { server, lines in
            let client = try await server.connect()
            for (target, expected) in [
                ("/", "\"GET / HTTP/1.1\" 200 5"), ("/chunks", "\"GET /chunks HTTP/1.1\" 200 5"),
                ("/empty", "\"GET /empty HTTP/1.1\" 200 -"), ("/error", "\"GET /error HTTP/1.1\" 404 5"),
                ("/failure", "\"GET /failure HTTP/1.1\" 503 19"), ("/a?b=%22", "\"GET /a?b=%22 HTTP/1.1\" 200 5"),
            ] {
                client.send(get(target))
                _ = try await client.response()
                #expect(try parts(of: try await lines.next()).rest == expected)
            }
            client.send("HEAD / HTTP/1.0\r\n\r\n")
            _ = try await client.response(to: "HEAD")
            #expect(try parts(of: try await lines.next()).rest == "\"HEAD / HTTP/1.0\" 200 -")
        }
    }

    @Test("has Referer and User-Agent in the Combined Log Format, and nobody can forge a line")
    func combined() async throws {
        try await logging(.combined) { _ in
        } test: { server, lines in
            let client = try await server.connect()
            client.send(get("/", "Referer: http://a/", "User-Agent: Mozilla/5.0 (X; \"Y\\Z\") \u{FC}\u{9B}31m"))
            _ = try await client.response()
            #expect(
                try parts(of: try await lines.next()).rest
                    == "\"GET / HTTP/1.1\" 200 - \"http://a/\" \"Mozilla/5.0 (X; \\x22Y\\x5CZ\\x22) \\xC3\\xBC\\xC2\\x9B31m\""
            )
            client.send(get())
            _ = try await client.response()
            #expect(try parts(of: try await lines.next()).rest == "\"GET / HTTP/1.1\" 200 - \"-\" \"-\"")
        }
    }

    @Test("is JSON on each line")
    func json() async throws {
        try await logging(.json) { request in
            try await request.response.end("Hello")
        } test: { server, lines in
            let client = try await server.connect()
            client.send(get("/a", "User-Agent: \"\\\u{9B}\u{2028}\u{FC}"))
            _ = try await client.response()
            let line = try await lines.next()
            #expect(line.hasSuffix("}\n") && line.dropLast().allSatisfy { !$0.isNewline })
            #expect(!line.unicodeScalars.contains("\u{9B}"))
            let value = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
            #expect(value["address"]?.string == "127.0.0.1")
            #expect(value["method"]?.string == "GET")
            #expect(value["target"]?.string == "/a")
            #expect(value["host"]?.string == "a")
            #expect(value["userAgent"]?.string == "\"\\\u{9B}\u{2028}\u{FC}")
            #expect(value["referer"] == nil)
            #expect(value["status"]?.integer == 200)
            #expect(value["bytes"]?.integer == 5)
            #expect(value["complete"]?.bool == true)
            #expect((value["milliseconds"]?.number ?? -1) >= 0)
            #expect(value["time"]?.string?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
        }
    }

    @Test("has the trace of a request, if that can be read")
    func trace() async throws {
        try await logging(.json) { _ in
        } test: { server, lines in
            let trace = "0af7651916cd43dd8448eb211c80319c"
            for (span, id) in [("b7ad6b7169203331", trace), ("0000000000000000", nil)] {
                _ = try await server.response(to: get("/", "traceparent: 00-\(trace)-\(span)-01"))
                let line = try await lines.next()
                let value = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
                #expect(value["trace"]?.string == id)
            }
        }
    }

    @Test("tells of clients that went away, and of responses that were torn")
    func incomplete() async throws {
        let entered = Events<Void>()
        try await logging(.json) { request in
            if request.target == "/torn" {
                try await request.response.write("part")
                try await request.response.flush()
                throw HTTPError(.internalServerError)
            }
            entered.add()
            try await untilCancelled()
        } test: { server, lines in
            let client = try await server.connect()
            client.send(get("/gone"))
            try await entered.next()
            try await client.reset()
            let gone = try await lines.next()
            #expect(gone.contains("\"status\":499,\"bytes\":0,") && gone.hasSuffix("\"complete\":false}\n"))

            _ = try await server.transcript(of: get("/torn"))
            let torn = try await lines.next()
            #expect(torn.contains("\"status\":200,\"bytes\":4,") && torn.hasSuffix("\"complete\":false}\n"))
        }
    }

    @Test("counts bytes as they were sent")
    func compressed() async throws {
        try await logging(.common, .bare.with { $0.autoCompress = true }) { request in
            let text = String(repeating: "a", count: 10_000)
            request.response.headers.contentType = .plainText
            if request.target == "/whole" { return try await request.response.end(text) }
            try await request.response.write(text)
        } test: { server, lines in
            for target in ["/whole", "/chunks"] {
                let response = try await server.response(to: get(target, "Accept-Encoding: gzip"))
                let line = try parts(of: try await lines.next()).rest
                #expect(response["Content-Encoding"] == "gzip")
                #expect(line == "\"GET \(target) HTTP/1.1\" 200 \(response.content.count)")
            }
        }
    }

    @Test("moments in words")
    func moments() {
        let moment = LogClock.Moment(second: 971_211_336)
        #expect(moment.common == "10/Oct/2000:20:55:36 +0000")
        #expect(moment.iso8601 == "2000-10-10T20:55:36Z")
    }

    @Test("goes to a file, at its end")
    func output() async throws {
        let directory = try TemporaryDirectory([])
        try directory.write("old\n", to: "log")
        let output = try LogOutput(appendingTo: "\(directory.path)/log")
        for number in 0..<1_000 { output.write("\(number)\n") }
        await output.flush()
        #expect(directory.contents(of: "log") == "old\n" + (0..<1_000).map { "\($0)\n" }.joined())
        #expect(output.droppedLines == 0)
        #expect(throws: FileError.self) { try LogOutput(appendingTo: "\(directory.path)/none/log") }
    }

    @Test("drops lines rather than wait, and counts them")
    func dropping() async throws {
        let directory = try TemporaryDirectory([])
        let output = try LogOutput(appendingTo: "\(directory.path)/log", limit: 3)
        output.write("abcd\n")
        output.write("a\n")
        await output.flush()
        #expect(directory.contents(of: "log") == "a\n")
        #expect(output.droppedLines == 1)
    }
}
