import HTTPTypes
import Martlet
import Synchronization
import Testing

@Suite("Values that are attached to requests", .timeLimit(.minutes(5)))
struct RequestStorageTests {
    private enum UserKey: RequestStorageKey {
        typealias Value = String
    }

    private enum CountKey: RequestStorageKey {
        typealias Value = Int
    }

    /// The type of another key's values.
    private enum OtherKey: RequestStorageKey {
        typealias Value = String
    }

    private enum ObjectKey: RequestStorageKey {
        typealias Value = Ending
    }

    /// Sets another value of the request when it ends.
    private final class Ending: Sendable {
        let request: HTTPServerRequest

        init(_ request: HTTPServerRequest) {
            self.request = request
        }

        deinit { request[UserKey.self] = "ended" }
    }

    private func text(_ handler: @escaping HTTPServer.Handler) async throws -> String {
        var text = ""
        try await withServer(.bare, handler) { server in
            text = try await server.response(to: get()).text
        }
        return text
    }

    @Test("are set by middleware and read further in")
    func middleware() async throws {
        let login = Around { handler in
            { request in
                request[UserKey.self] = "ann"
                try await handler(request)
            }
        }
        let text = try await text(
            login.wrapping { request in
                try await request.response.end(
                    "\(request[UserKey.self] ?? "nil") \(request[OtherKey.self] ?? "nil") \(request[CountKey.self] ?? -1)"
                )
            }
        )
        #expect(text == "ann nil -1")
    }

    @Test("can be changed and removed, and are shared by copies")
    func changes() async throws {
        let text = try await text { request in
            let copy = request
            request[CountKey.self] = 1
            copy[CountKey.self]? += 1
            request[UserKey.self] = "ann"
            copy[UserKey.self] = nil
            try await request.response.end("\(request[CountKey.self] ?? 0) \(request[UserKey.self] ?? "nil")")
        }
        #expect(text == "2 nil")
    }

    @Test("belong to one request")
    func requests() async throws {
        try await withServer(.bare) { request in
            request[CountKey.self] = (request[CountKey.self] ?? 0) + 1
            try await request.response.end("\(request[CountKey.self] ?? 0)")
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send(get())
                #expect(try await client.response().text == "1")
            }
        }
    }

    @Test("can be set from many tasks at once")
    func tasks() async throws {
        let text = try await text { request in
            await withTaskGroup { group in
                for number in 0..<100 {
                    group.addTask { @concurrent in
                        request[CountKey.self] = number
                        request[UserKey.self] = request[CountKey.self].map { "\($0)" }
                    }
                }
            }
            try await request.response.end(request[UserKey.self].flatMap { Int($0) } == nil ? "lost" : "kept")
        }
        #expect(text == "kept")
    }

    @Test("may use the request when they end")
    func endings() async throws {
        let text = try await text { request in
            request[ObjectKey.self] = Ending(request)
            request[ObjectKey.self] = nil
            try await request.response.end(request[UserKey.self] ?? "nil")
        }
        #expect(text == "ended")
    }
}
