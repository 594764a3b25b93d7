import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("A response, over every transport", .timeLimit(.minutes(5)))
struct TransportResponseTests {
    @Test("has status, fields, cookies and content", arguments: Transport.allCases)
    func head(transport: Transport) async throws {
        let configuration = HTTPServer.Configuration().with { $0.serverHeader = "Test" }
        try await withServer(over: transport, configuration) { request in
            let response = request.response
            response.status = .created
            response.headers[.location] = "/new"
            response.cookies = [try SetCookie(name: "a", value: "1"), try SetCookie(name: "b", value: "2")]
            try await response.end("done")
        } test: { server, client in
            let response = try await client.get(server.url)
            #expect(response.status.code == 201)
            #expect(response.headers[.location] == "/new")
            #expect(response.headers[.contentType] == "text/plain; charset=utf-8")
            #expect(response.headers[.xContentTypeOptions] == "nosniff")
            #expect(response.headers[.server] == "Test")
            #expect(response.headers[.date] != nil)
            #expect(response.headers[.connection] == nil && response.headers[.transferEncoding] == nil)
            #expect(response.cookies.map(\.name) == ["a", "b"])
            #expect(response.contentLength == 4)
            let text = try await response.text()
            #expect(text == "done")
        }
    }

    @Test("written in parts has no length, and trailers if there are some", arguments: Transport.allCases)
    func parts(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            try await request.response.write("one ")
            try await request.response.flush()
            try await request.response.write("two")
            request.response.trailers = [.eTag: "\"x\""]
        } test: { server, client in
            let response = try await client.get(server.url)
            #expect(response.contentLength == nil)
            let text = try await response.text()
            #expect(text == "one two")
            let trailers = try await response.trailers
            #expect(trailers[.eTag] == "\"x\"")
        }
    }

    @Test("to HEAD has the length and no content", arguments: Transport.allCases)
    func answerToHead(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            try await request.response.end("content")
        } test: { server, client in
            let response = try await client.head(server.url)
            #expect(response.contentLength == 7)
            let text = try await response.text()
            #expect(text == "")
        }
    }

    @Test("without content has none", arguments: Transport.allCases, [204, 304, 200])
    func bodiless(transport: Transport, code: Int) async throws {
        try await withServer(over: transport) { request in
            request.response.statusCode = code
        } test: { server, client in
            for _ in 0..<2 {
                let response = try await client.get(server.url)
                #expect(response.statusCode == code)
                #expect(response.contentLength == (code == 200 ? 0 : nil))
                let text = try await response.text()
                #expect(text == "")
            }
        }
    }

    @Test("of much content goes out as fast as the client takes it", arguments: Transport.allCases)
    func muchContent(transport: Transport) async throws {
        let size = 100_000_000
        let written = Shared(0)
        try await withServer(over: transport) { request in
            let piece = ByteBuffer(repeating: 0x61, count: 100_000)
            for _ in 0..<size / 100_000 {
                try await request.response.write(piece)
                written.change { $0 += 100_000 }
            }
        } test: { server, client in
            let response = try await client.get(server.url)
            // It comes to a stand, because nobody reads.
            var before = -1
            try await eventually {
                defer { before = written.value }
                try await Task.sleep(for: .milliseconds(50))
                return written.value == before
            }
            #expect(written.value < size)
            var count = 0
            for try await bytes in response.body { count += bytes.readableBytes }
            #expect(count == size)
        }
    }

    @Test("must have the length that was announced", arguments: Transport.allCases)
    func wrongLength(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            request.response.contentLength = 10
            if request.target == "/more" {
                await #expect(throws: HTTPServerError.self) { try await request.response.end("more than ten") }
                try await request.response.end("0123456789")
            } else {
                try await request.response.write("0123")
            }
        } test: { server, client in
            let more = try await client.get(server.url + "more").text()
            #expect(more == "0123456789")
            await #expect(throws: (any Error).self) { _ = try await client.get(server.url + "less").text() }
        }
    }

    @Test("to a handler that fails is 500 before the head, and torn after it", arguments: Transport.allCases)
    func failure(transport: Transport) async throws {
        struct Failure: Error {}
        let reported = Events<Bool>()
        let configuration = HTTPServer.Configuration.bare.with {
            $0.onError = { error, _ in reported.add(error is Failure) }
        }
        try await withServer(over: transport, configuration) { request in
            if request.target == "/late" {
                try await request.response.write("begun")
                try await request.response.flush()
            }
            if request.target == "/status" { throw HTTPError(.conflict, "Taken.") }
            throw Failure()
        } test: { server, client in
            let early = try await client.get(server.url)
            #expect(early.status == .internalServerError)
            try await expectTrue(reported)
            let late = try await client.get(server.url + "late")
            #expect(late.status == .ok)
            await #expect(throws: (any Error).self) { _ = try await late.text() }
            try await expectTrue(reported)
            let named = try await client.get(server.url + "status")
            #expect(named.status == .conflict)
            let text = try await named.text()
            #expect(text == "Taken.")
        }
    }

    @Test("can be preceded by informational ones", arguments: Transport.allCases)
    func informational(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            try await request.response.sendInformational(.init(code: 103), headers: [.link: "</a>"])
            try await request.response.end("done")
        } test: { server, client in
            let seen = Events<String>()
            let request = try client.open(.get, server.url)
            request.onInformational = { seen.add("\($0.code) \($1[.link] ?? "-")") }
            let text = try await request.end().text()
            #expect(text == "done")
            #expect(try await seen.next() == "103 </a>")
        }
    }

    @Test("is compressed for clients that can take it", arguments: Transport.allCases)
    func compression(transport: Transport) async throws {
        let text = String(repeating: "All work and no play makes Jack a dull boy. ", count: 500)
        let configuration = HTTPServer.Configuration().with { $0.autoCompress = true }
        let bytes = Events<Int>()
        try await withServer(over: transport, configuration) { request in
            request.response.onCompletion { bytes.add($0.contentBytes) }
            if request.target == "/parts" {
                for _ in 0..<4 { try await request.response.write(text) }
            } else {
                try await request.response.end(text)
            }
        } test: { server, client in
            for (target, copies) in [("whole", 1), ("parts", 4)] {
                let response = try await client.get(server.url + target)
                #expect(response.compressionState == .decompressed)
                let received = try await response.text()
                #expect(received.utf8.count == text.utf8.count * copies)
                #expect(try await bytes.next() < 2000)
            }
        }
    }

    @Test("can be a file, or a part of one", arguments: Transport.allCases)
    func file(transport: Transport) async throws {
        let content = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try await withFile(content) { file in
            try await withServer(over: transport) { request in
                if request.target == "/part" {
                    try await request.response.end(file, 500_000..<500_010)
                } else {
                    try await request.response.end(file, 0..<content.count)
                }
            } test: { server, client in
                let whole = try await client.get(server.url)
                #expect(whole.contentLength == content.count)
                let received = try await whole.collect(upTo: 2_000_000)
                #expect(Array(received.readableBytesView) == content)
                let part = try await client.get(server.url + "part").collect()
                #expect(Array(part.readableBytesView) == Array(content[500_000..<500_010]))
            }
        }
    }

    @Test("redirects, and the client follows", arguments: Transport.allCases)
    func redirect(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            if request.target == "/" { return try await request.response.redirect(to: "/there") }
            try await request.response.end("there")
        } test: { server, client in
            let response = try await client.get(server.url)
            #expect(response.redirects.count == 1)
            let text = try await response.text()
            #expect(text == "there")
        }
    }
}
