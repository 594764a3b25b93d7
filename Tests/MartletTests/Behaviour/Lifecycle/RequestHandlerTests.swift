import HTTPTypes
import Martlet
import ServiceLifecycle
import Synchronization
import Testing

@Suite("Values that answer requests, and values around them", .timeLimit(.minutes(5)))
struct RequestHandlerTests {
    private struct Greeter: RequestHandler {
        func handle(_ request: HTTPServerRequest) async throws {
            try await request.response.end("Hello \(request.response.headers[values: .via].joined())")
        }
    }

    /// A handler that puts something together when serving begins, and answers what the server refuses.
    private final class Assembled: RequestHandler {
        let handlesRefusals: Bool
        let assemblies = Mutex(0)

        init(handlesRefusals: Bool) {
            self.handlesRefusals = handlesRefusals
        }

        func handle(_ request: HTTPServerRequest) async throws {
            try await handler(request)
        }

        var handler: HTTPServer.Handler {
            assemblies.withLock { $0 += 1 }
            return { request in
                request.response.status = .accepted
                try await request.response.end(request.refusal.map { "refused \($0.status.code)" } ?? "taken")
            }
        }
    }

    /// Adds a letter to a field on the way in.
    private struct Letter: Middleware {
        let letter: String
        let assemblies: Events<String>

        func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
            assemblies.add(letter)
            return { request in
                request.response.headers.append(HTTPField(name: .via, value: letter))
                try await handler(request)
            }
        }
    }

    private func serving(
        _ serve: @escaping @Sendable (HTTPServer) async throws -> Void,
        test: (HTTPServer) async throws -> Void
    ) async throws {
        try await withBoundServer { server in
            let serving = Task { try await serve(server) }
            try await test(server)
            await server.close(force: true)
            try await serving.value
        }
    }

    private static let malformed = "GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("The first middleware is outermost, and all of it is put together once")
    func order() async throws {
        let assemblies = Events<String>()
        let middleware = ["a", "b", "c"].map { Letter(letter: $0, assemblies: assemblies) }
        try await serving {
            try await $0.serve(around: middleware, Greeter())
        } test: { server in
            for _ in 0..<3 {
                let response = try await server.response(to: get())
                #expect(response.text == "Hello abc")
            }
            let refused = try await server.response(to: Self.malformed)
            #expect(refused.status == 400)
        }
        for letter in ["c", "b", "a"] { #expect(try await assemblies.next() == letter) }
        await #expect(throws: NothingHappened.self) { _ = try await assemblies.next(within: .milliseconds(10)) }
    }

    @Test("A handler's closure is asked for once")
    func assembly() async throws {
        let handler = Assembled(handlesRefusals: false)
        try await serving {
            try await $0.serve(handler)
        } test: { server in
            for _ in 0..<3 {
                let response = try await server.response(to: get())
                #expect(response.text == "taken")
            }
            let refused = try await server.response(to: Self.malformed)
            #expect(refused.status == 400)
        }
        #expect(handler.assemblies.withLock { $0 } == 1)
    }

    @Test("A handler that says so gets what the server refuses, also through what stands around it")
    func refusals() async throws {
        let events = Events<String>()
        for middleware in [[], [Letter(letter: "a", assemblies: events)]] {
            let handler = Assembled(handlesRefusals: true)
            try await serving {
                try await $0.serve(around: middleware, handler)
            } test: { server in
                #expect(try await server.response(to: get()).text == "taken")
                let response = try await server.response(to: Self.malformed)
                #expect(response.status == 202 && response.text == "refused 400")
                #expect(response["Via"] == (middleware.isEmpty ? nil : "a"))
            }
        }
    }

    @Test("Middleware wraps values as it wraps closures")
    func wrapping() async throws {
        let handler = Letter(letter: "x", assemblies: Events()).wrapping(Greeter())
        try await withServer(.bare, handler) { server in
            let response = try await server.response(to: get())
            #expect(response.text == "Hello x")
        }
    }

    /// A handler that is not valid.
    private struct Invalid: RequestHandler {
        struct Reason: Error {}

        func handle(_ request: HTTPServerRequest) async throws {}
        func validate() throws { throw Reason() }
    }

    @Test("are checked before a server serves them")
    func validation() async throws {
        try await withBoundServer { server in
            await #expect(throws: Invalid.Reason.self) { try await server.serve(Invalid()) }
            await #expect(throws: Invalid.Reason.self) { try await server.serve(around: [], Invalid()) }
            await #expect(throws: Invalid.Reason.self) { try await server.service(Invalid()).run() }
        }
    }
}
