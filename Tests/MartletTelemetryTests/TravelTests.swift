#if Telemetry
    import ArgumentParser
    import Foundation
    import HTTPTypes
    import HTTPWire
    import Martlet
    import MartletTelemetry
    import MartletWeb
    import TestProcesses
    import Testing
    import Tracing

    @testable import tutorial

    @Suite("A trace", .timeLimit(.minutes(5)))
    struct TravelTests {
        /// The list of things to do, in a file that is removed afterwards.
        private func withTodos(_ test: (TodoServer) async throws -> Void) async throws {
            let file = FileManager.default.temporaryDirectory.appending(path: "todos-\(UUID()).sqlite").path
            defer { for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + ending) } }
            let options = try TodoServer.Options.parse(["--file", file])
            try await test(try await TodoServer(options: options, console: Console()))
        }

        @Test("travels from martlet --trace through the todo server to what that asks, and to what is asked")
        func travels() async throws {
            let tracer = MemoryTracer()
            let (outer, inner) = (ServerTelemetry(tracer: tracer), ServerTelemetry(tracer: tracer))
            let asking = ClientTelemetry(tracer: tracer)
            let client = makeClient { $0.middleware = [asking] }
            try await withTodos { todos in
                try await withServer(.bare, inner.wrapping(todos.handler)) { list in
                    // In front of the list is another server, which asks it.
                    var router = Router()
                    router.get("/todos") { request in
                        let text = try await client.get(list.url + "todos?done=false").success().text()
                        try await request.response.end(text)
                    }
                    try await withServer(.bare, outer.wrapping(router.handler)) { server in
                        let command = try Subprocess(
                            builtExecutable("martlet"),
                            ["get", server.url + "todos", "--trace"]
                        )
                        #expect(await command.exitStatus == 0)
                        let id = try #require(await command.errors.line(startingWith: "trace ")).dropFirst(
                            "trace ".count
                        )
                        for telemetry in [outer, inner] { await telemetry.flush() }
                        await asking.flush()
                        let spans = tracer.spans
                        #expect(spans.count == 4 && spans.allSatisfy { $0.trace.traceID == id })
                        func span(_ kind: MemoryTracer.Record?, _ name: String) -> MemoryTracer.Record? {
                            spans.first { $0.parent == kind?.trace.spanID && $0.name == name }
                        }
                        let first = spans.first { span in !spans.contains { $0.trace.spanID == span.parent } }
                        #expect(first?.name == "GET /todos" && first?.kind == .server && first?.parent != nil)
                        let request = span(first, "GET")
                        #expect(request?.kind == .client)
                        let attempt = span(request, "GET")
                        #expect(attempt?.kind == .client)
                        let last = span(attempt, "GET /todos")
                        #expect(last?.kind == .server && last?["url.query"] == "done=false")
                    }
                }
            }
            await client.close(force: true)
        }
    }
#endif
