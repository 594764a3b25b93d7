import Foundation
import HTTPTypes
import Martlet
import NIOCore
import TestProcesses
import Testing

/// A request that is answered before all of it has come (RFC 9113 section 8.1): the client gets to see the answer.
@Suite("S2: HTTP/2: answers to uploads that are not complete")
struct EarlyAnswerTests {
    @Sendable
    private static func refuse(_ request: HTTPServerRequest) async throws {
        guard request.method == .get else { throw HTTPError(.forbidden, "Not here.") }
        try await request.response.end("ok")
    }

    private static let chunk = String(repeating: "x", count: 10_000)

    @Test("The rest is taken and dropped, if it is not much, and nothing is reset")
    func shortRest() async throws {
        try await withServer(HTTPServer.Configuration.priorKnowledge.with { $0.http2.streamWindow = 20_000 }) {
            try await Self.refuse($0)
        } test: { server in
            let client = try await server.beginHTTP2()
            for (index, trailers) in [false, true].enumerated() {
                let stream = UInt32(index * 2 + 1)
                client.send(.request(stream, "POST", "/", end: false))
                let reply = try await client.reply(stream)
                #expect(reply.status == 403 && reply.text == "Not here." && reply.reset == nil)
                var window = 20_000
                for _ in 0..<10 {
                    while window < 10_000 {
                        window += Int(try await client.next(.windowUpdate, stream: stream).word(at: 0) ?? 0)
                    }
                    client.send(.data(stream, Self.chunk, end: false))
                    window -= 10_000
                }
                client.send(trailers ? .headers(stream, [("a", "b")]) : .data(stream), .ping())
                while true {
                    let frame = try await client.next()
                    #expect(frame.kind != .reset && frame.kind != .goAway)
                    if frame.kind == .ping { break }
                }
            }
            client.send(.request(99))
            #expect(try await client.reply(99).text == "ok")
            #expect(server.connectionCounts.idle == 1)
        }
    }

    @Test("No more than a bound is granted, and the client is told when it has had time to see the answer")
    func longRest() async throws {
        let configuration = HTTPServer.Configuration.priorKnowledge.with {
            $0.maximumDrainedBytes = 40_000
            $0.http2.streamWindow = 20_000
        }
        try await withServer(configuration, Self.refuse) { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1, "POST", "/", end: false))
            #expect(try await client.reply(1).status == 403)
            var (sent, window) = (0, 20_000)
            let reset: Frame
            repeat {
                while window >= 10_000 {
                    client.send(.data(1, Self.chunk, end: false))
                    (sent, window) = (sent + 10_000, window - 10_000)
                }
                let frame = try await client.next()
                if frame.kind == .windowUpdate, frame.stream == 1 { window += Int(frame.word(at: 0) ?? 0) }
                guard frame.kind == .reset else { continue }
                reset = frame
                break
            } while true
            // A second after the bound was reached: the time that clients are given to see the answer.
            #expect(reset == .reset(1, 0))
            #expect(sent <= 60_000)
            client.send(.data(1), .request(3))
            #expect(try await client.reply(3).text == "ok")
        }
    }

    @Test("Clients that keep the rest to themselves are not taken for those that mean harm")
    func resets() async throws {
        let configuration = HTTPServer.Configuration.priorKnowledge.with { $0.http2.maximumAbandonedStreams = 10 }
        try await withServer(configuration, Self.refuse) { server in
            let client = try await server.beginHTTP2()
            for stream in (0..<40).map({ UInt32($0 * 2 + 1) }) {
                client.send(.request(stream, "POST", "/", end: false), .data(stream, Self.chunk, end: false))
                let reply = try await client.reply(stream)
                #expect(reply.status == 403)
                client.send(.reset(stream))
            }
            try await eventually { server.connectionCounts.idle == 1 }
        }
    }

    @Test("A server that closes waits no longer than a moment for the rest")
    func shutdown() async throws {
        try await withServer(.priorKnowledge, Self.refuse) { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1, "POST", "/", end: false))
            #expect(try await client.reply(1).status == 403)
            let closing = Task { await server.shutdown(within: .seconds(20)) }
            client.send(.ping(try await client.next(.ping).payload, flags: Frame.ack))
            #expect(try await client.next(.reset) == .reset(1, 0))
            #expect(try await client.raw.expectEnd())
            await client.raw.close()
            await closing.value
        }
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> (status: CInt, text: String) {
        let process = try Subprocess(program, arguments)
        let status = await process.exitStatus
        let (output, errors) = await (process.output.text, process.errors.text)
        return (status, output + errors)
    }

    @Test("curl that uploads 8 MB sees the answer", arguments: [RawTransport.plain, .secure])
    func curl(transport: RawTransport) async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "body")
            try Data(repeating: 0x78, count: 8_000_000).write(to: file)
            try await withServer(over: transport, protocols: ["h2"], Self.refuse) { server, _ in
                var options = ["-sS", "-w", " %{http_version} %{http_code}", "--data-binary", "@\(file.path)"]
                options += transport == .secure ? ["-k", "--http2"] : ["--http2-prior-knowledge"]
                for expectation in ["Expect:", "Expect: 100-continue"] {
                    for method in ["POST", "PUT"] {
                        let more = ["-H", expectation, "-X", method, server.url]
                        let (status, text) = try await run("curl", options + more)
                        #expect(status == 0 && text == "Not here. 2 403", "\(method) \(expectation) \(text)")
                    }
                }
            }
        }
    }

    @Test("nghttp that uploads 200 kB sends all of it, and is not disturbed")
    func nghttp() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "body")
            try Data(repeating: 0x78, count: 200_000).write(to: file)
            try await withServer(.priorKnowledge, Self.refuse) { server in
                let (status, text) = try await run("nghttp", ["-v", "-d", file.path, server.url])
                #expect(status == 0 && text.contains(":status: 403") && text.contains("Not here."), "\(text)")
                #expect(!text.contains("RST_STREAM"))
            }
        }
    }
}
