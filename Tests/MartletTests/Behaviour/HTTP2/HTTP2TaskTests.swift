import Martlet
import Testing

/// The tasks in which the handlers of streams run serve one stream after the other, which no handler notices.
@Suite("HTTP/2: tasks of handlers")
struct HTTP2TaskTests {
    @TaskLocal private static var mark = "unmarked"

    /// Answers what the handler finds in its task before it changes that.
    @Sendable
    private static func answer(_ request: HTTPServerRequest) async throws {
        let found = "\(mark), \(Task.isCancelled ? "cancelled" : "not cancelled"), \(Task.currentPriority.rawValue)"
        try await $mark.withValue("\(request.target)") {
            if request.target == "/slow" { try await Task.sleep(for: .milliseconds(5)) }
            try await request.response.end(found)
            if request.target == "/cancel" { withUnsafeCurrentTask { $0?.cancel() } }
        }
    }

    @Test("No handler finds anything of another request", arguments: [true, false])
    func independent(together: Bool) async throws {
        let targets = ["/", "/cancel", "/", "/slow", "/", "/cancel", "/slow", "/"]
        try await withServer(.priorKnowledge, Self.answer) { server in
            let client = try await server.beginHTTP2()
            let requests = targets.enumerated().map { Frame.request(UInt32($0 * 2 + 1), "GET", $1) }
            var answers: [String] = []
            if together { client.send(requests) }
            for (index, request) in requests.enumerated() {
                if !together {
                    client.send(request)
                    answers.append(try await client.reply(UInt32(index * 2 + 1)).text)
                }
            }
            if together {
                while answers.count < targets.count {
                    let frame = try await client.next(.data)
                    if !frame.payload.isEmpty { answers.append(String(decoding: frame.payload, as: UTF8.self)) }
                }
            }
            let first = try #require(answers.first)
            #expect(first.hasPrefix("unmarked, not cancelled, "))
            #expect(answers == Array(repeating: first, count: targets.count))
        }
    }

    @Test("A reset cancels the handler of its stream alone, again and again")
    func resets() async throws {
        let cancelled = Events<String>()
        let handler: HTTPServer.Handler = { request in
            guard request.target != "/" else { return try await Self.answer(request) }
            do {
                try await untilCancelled()
            } catch {
                cancelled.add("\(request.target)")
            }
        }
        try await withServer(.priorKnowledge, handler) { server in
            let client = try await server.beginHTTP2()
            for round in 0..<5 as Range<UInt32> {
                let first = round * 8 + 1
                client.send(.request(first, "GET", "/\(first)"), .request(first + 2, "GET", "/\(first + 2)"))
                client.send(.request(first + 4, "GET", "/"))
                #expect(try await client.reply(first + 4).text.hasPrefix("unmarked, not cancelled"))
                client.send(.reset(first + 2))
                #expect(try await cancelled.next() == "/\(first + 2)")
                client.send(.request(first + 6, "GET", "/"))
                #expect(try await client.reply(first + 6).text.hasPrefix("unmarked, not cancelled"))
                client.send(.reset(first))
                #expect(try await cancelled.next() == "/\(first)")
            }
        }
    }
}
