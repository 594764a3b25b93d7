import HTTPTypes
import Martlet
import NIOCore
import Testing

@Suite("The end of a response")
struct CompletionTests {
    private func summaries(
        _ handler: @escaping HTTPServer.Handler,
        on executor: (any TaskExecutor)? = nil,
        test: (HTTPServer, Events<HTTPResponseSummary>) async throws -> Void
    ) async throws {
        let summaries = Events<HTTPResponseSummary>()
        try await withServer(on: executor) { request in
            request.response.onCompletion { summaries.add($0) }
            try await handler(request)
        } test: {
            try await test($0, summaries)
        }
    }

    @Test("is told with status and bytes, once for each, also off the loop", arguments: [false, true])
    func whole(isOffLoop: Bool) async throws {
        let handler: HTTPServer.Handler = { request in
            switch request.target {
            case "/chunks":
                for _ in 0..<3 { try await request.response.write(String(repeating: "x", count: 5_000)) }
            case "/large": try await request.response.end(ByteBuffer(repeating: 0x61, count: 300_000))
            case "/unbuffered":
                request.response.buffersOutput = false
                for _ in 0..<3 { try await request.response.write("xy") }
            case "/length":
                request.response.contentLength = 4
                for _ in 0..<2 { try await request.response.write("xy") }
            case "/error": throw HTTPError(.notFound, "No.")
            case "/204": request.response.status = .noContent
            default: try await request.response.end("Hello")
            }
        }
        try await summaries(handler, on: isOffLoop ? globalConcurrentExecutor : nil) { server, summaries in
            let client = try await server.connect()
            for (target, code, bytes) in [
                ("/", 200, 5), ("/chunks", 200, 15_000), ("/large", 200, 300_000), ("/unbuffered", 200, 6),
                ("/length", 200, 4), ("/error", 404, 3), ("/204", 204, 0),
            ] {
                client.send(get(target))
                _ = try await client.response()
                let summary = try await summaries.next()
                #expect(
                    summary.status?.code == code && summary.contentBytes == bytes && summary.isComplete,
                    "\(target)"
                )
            }
            client.send("HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.response(to: "HEAD")
            #expect(try await summaries.next().contentBytes == 0)
            #expect(summaries.all.isEmpty)
        }
    }

    @Test("is told of clients that go away before and while they are answered")
    func goneAway() async throws {
        let entered = Events<Void>()
        try await summaries { request in
            if request.target == "/part" {
                try await request.response.write("part")
                try await request.response.flush()
            }
            entered.add()
            try await untilCancelled()
        } test: { server, summaries in
            for (target, status, bytes) in [("/", nil, 0), ("/part", HTTPResponse.Status.ok, 4)] {
                let client = try await server.connect()
                client.send(get(target))
                try await entered.next()
                try await client.reset()
                let summary = try await summaries.next()
                #expect(summary.status == status && summary.contentBytes == bytes && !summary.isComplete)
            }
        }
    }

    @Test("is the head where the socket is detached")
    func detached() async throws {
        try await summaries { request in
            request.response.status = .switchingProtocols
            try await request.response.detachSocket().close()
        } test: { server, summaries in
            _ = try await server.transcript(of: get("/", "Connection: Upgrade", "Upgrade: x"))
            let summary = try await summaries.next()
            #expect(summary.status == .switchingProtocols && summary.isComplete)
        }
    }
}
