import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import TestProcesses
import Testing

@testable import MartletCommand

@Suite("martlet ws and martlet events", .timeLimit(.minutes(5)))
struct StreamTests {
    /// Answers messages with their like: texts with a greeting, binary ones as they are.
    @Sendable
    private static func converse(_ request: HTTPServerRequest) async throws {
        guard request.url.path == "/echo" else { throw HTTPError(.notFound) }
        let socket = try await WebSocket.upgrade(request, protocols: ["echo"])
        for try await message in socket {
            switch message {
            case .text("leave"): try await socket.close(code: .policyViolation, reason: "no more")
            case .text(let text): try await socket.send("you said \(text)")
            case .binary(let bytes): try await socket.send(bytes)
            }
        }
    }

    @Test("Lines are messages, and messages are lines")
    func lines() async throws {
        try await withServer(Self.converse) { url in
            let run = try await shell("printf 'a\\nb\\r\\nc' | martlet ws \(url)/echo --count 3")
            #expect(run.text == "you said a\nyou said b\nyou said c\n")
            #expect(run.status == 0 && run.errors == "")
        }
    }

    @Test("The answers to the last lines are waited for, and then the WebSocket is closed")
    func waits() async throws {
        let closed = AsyncStream.makeStream(of: WebSocketCloseCode?.self)
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request)
            for try await _ in socket { try await socket.send("later") }
            closed.continuation.yield(socket.closeCode)
        } test: { url in
            let run = try await shell("echo x | martlet ws ws\(url.dropFirst(4)) --wait 0.3")
            #expect(run.text == "later\n" && run.status == 0)
            var codes = closed.stream.makeAsyncIterator()
            #expect(await codes.next() == .some(.normalClosure))
        }
    }

    @Test("Bytes are hexadecimal digits on both sides")
    func binary() async throws {
        try await withServer(Self.converse) { url in
            let run = try await shell("printf '00 fF10\\n' | martlet ws \(url)/echo --binary --count 1")
            #expect(run.text == "00ff10\n" && run.status == 0)
            let wrong = try await shell("echo 0g | martlet ws \(url)/echo --binary")
            #expect(wrong.status == 64)
            #expect(wrong.errors == "martlet: \"0g\" is not a line of hexadecimal digits, two for a byte.\n")
        }
    }

    @Test("A server that refuses, or closes for a reason, is an error that says so")
    func refusals() async throws {
        try await withServer(Self.converse) { url in
            let missing = try await martlet("ws", "\(url)/nothing")
            #expect(missing.status == 4)
            #expect(
                missing.errors
                    == "martlet: The server responded with 404 Not Found, and opened no WebSocket. Check the path of the URL.\n"
            )
            let left = try await shell("echo leave | martlet ws \(url)/echo")
            #expect(left.status == 1)
            #expect(left.errors == "martlet: The server closed the WebSocket with 1008: no more.\n")
        }
        #expect(try await martlet("ws", "ftp://localhost/").status == 64)
        #expect(try await martlet("ws", ":1/", "--count", "0").status == 64)
        #expect(try await martlet("ws", ":1/", "--follow").status == 64)
        #expect(try await martlet("ws", ":1/", "--http2").status == 64)
    }

    @Test("Control-C closes the WebSocket")
    func interrupt() async throws {
        let closed = AsyncStream.makeStream(of: WebSocketCloseCode?.self)
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request)
            try await socket.send("welcome")
            for try await _ in socket {}
            closed.continuation.yield(socket.closeCode)
        } test: { url in
            let pipe = try startMartlet(["ws", url], terminals: [0])
            #expect(await pipe.output.line(startingWith: "welcome") == "welcome")
            pipe.send(2)
            var codes = closed.stream.makeAsyncIterator()
            #expect(await codes.next() == .some(.normalClosure))
            #expect(await pipe.exitStatus != 0)
        }
    }

    @Test("Events are shown as they come, and asked for after the last one that was seen")
    func events() async throws {
        try await withServer { request in
            request.response.headers.contentType = .eventStream
            let last = Int(request.headers[.lastEventID] ?? "0") ?? 0
            var buffer = ByteBuffer()
            buffer.writeReconnectionTime(.milliseconds(1))
            buffer.writeServerSentEvent(try ServerSentEvent("number\n\(last + 1)", name: "count", id: "\(last + 1)"))
            try await request.response.end(buffer)
        } test: { url in
            let data = try await martlet("events", url, "--count", "3", "--last-event-id", "6")
            #expect(data.text == "number\n7\nnumber\n8\nnumber\n9\n")
            #expect(data.status == 0 && data.errors == "")
            let whole = try await martlet("events", url, "--count", "1", "--fields")
            #expect(Set(whole.text.split(separator: "\n")) == ["event: count", "id: 1", "data: number", "data: 1"])
            #expect(whole.text.hasSuffix("\n\n"))
        }
    }

    @Test("A server that has no events is an error")
    func noEvents() async throws {
        try await withServer { request in
            if request.url.path == "/no" { throw HTTPError(.notFound) }
            request.response.headers.contentType = .html
            try await request.response.end("<p>")
        } test: { url in
            let page = try await martlet("events", url)
            #expect(page.status == 8)
            #expect(page.errors == "martlet: The server sent text/html; charset=utf-8 in place of text/event-stream.\n")
            #expect(try await martlet("events", "\(url)/no").status == 4)
        }
    }

    @Test("Lines are the same wherever their bytes are cut")
    func splitting() throws {
        let input = Array("one\r\n\ntwo\u{E9}\nlast".utf8)
        for cut in 0...input.count {
            var lines = LineSplitter()
            var all = try lines.process(ByteBuffer(bytes: input[..<cut]))
            all += try lines.process(ByteBuffer(bytes: input[cut...]))
            #expect(all == ["one", "", "two\u{E9}"])
            #expect(try lines.finish() == "last")
            #expect(try lines.finish() == nil)
        }
    }

    @Test("Bytes that are not text are refused")
    func notText() throws {
        var lines = LineSplitter()
        #expect(throws: CommandFailure.self) { try lines.process(ByteBuffer(bytes: [0x61, 0xFF, 0x0A])) }
    }

    @Test("Without a server the tool ends")
    func nobody() async throws {
        #expect(try await martlet("events", "http://127.0.0.1:1/", "--max-failures", "0").status == 7)
        #expect(try await martlet("ws", "ws://127.0.0.1:1/").status == 7)
    }

    @Test("Lines without an end are refused")
    func endlessLine() throws {
        var lines = LineSplitter()
        #expect(try lines.process(ByteBuffer(repeating: 0x61, count: LineSplitter.maximumBytes)) == [])
        #expect(throws: CommandFailure.self) { try lines.process(ByteBuffer(string: "a")) }
    }

    @Test(
        "Hexadecimal digits",
        arguments: [
            ("", []), ("00", [0]), ("fF 0A", [0xFF, 10]), ("a", nil), ("0g", nil), ("0x10", nil), ("é0", nil),
        ] as [(String, [UInt8]?)]
    )
    func digits(text: String, bytes: [UInt8]?) {
        #expect(HexadecimalText.bytes(text) == bytes)
    }

    @Test("Events can't control the terminal")
    func harmless() {
        let event = ServerSentEvent("\u{1B}[31m")
        #expect(EventText.text(of: event, withFields: false, onTerminal: true) == "\u{241B}[31m\n")
        #expect(EventText.text(of: event, withFields: false, onTerminal: false) == "\u{1B}[31m\n")
    }
}
