import Martlet
import Testing

/// An operator, what it is applied to, and what comes of that.
struct SequenceOperator: Sendable, CustomTestStringConvertible {
    let name: String
    let result: String
    let apply: @Sendable (HTTPServer) async throws -> String
    var testDescription: String { name }

    init(_ name: String, gives result: String, _ apply: @escaping @Sendable (HTTPServer) async throws -> String) {
        self.name = name
        self.result = result
        self.apply = apply
    }
}

/// What Dart calls the members of a Stream, over four pipelined requests: /a, /b, /c and /d.
@Suite("The operators of a server as an AsyncSequence")
struct SequenceOperatorTests {
    static let operators: [SequenceOperator] = [
        SequenceOperator("first(where:)", gives: "/c") { try await $0.first { $0.target == "/c" }?.target ?? "-" },
        SequenceOperator("contains(where:)", gives: "true") { "\(try await $0.contains { $0.target == "/b" })" },
        SequenceOperator("allSatisfy", gives: "false") { "\(try await $0.allSatisfy { $0.target < "/c" })" },
        SequenceOperator("prefix", gives: "/a/b") { try await $0.prefix(2).map(\.target).reduce("", +) },
        SequenceOperator("prefix(while:)", gives: "/a/b") {
            try await $0.prefix { $0.target < "/c" }.map(\.target).reduce("", +)
        },
        SequenceOperator("dropFirst", gives: "/c/d") {
            try await $0.dropFirst(2).prefix(2).map(\.target).reduce("", +)
        },
        SequenceOperator("drop(while:)", gives: "/c/d") {
            try await $0.drop { $0.target < "/c" }.prefix(2).map(\.target).reduce("", +)
        },
        SequenceOperator("filter", gives: "/b/d") {
            try await $0.filter { "/b/d".contains($0.target) }.prefix(2).map(\.target).reduce("", +)
        },
        SequenceOperator("map", gives: "abcd") {
            try await $0.map { String($0.target.dropFirst()) }.prefix(4).reduce("", +)
        },
        SequenceOperator("compactMap", gives: "/a/c") {
            try await $0.compactMap { "/a/c".contains($0.target) ? $0.target : nil }.prefix(2).reduce("", +)
        },
        SequenceOperator("flatMap", gives: "/a/a/b/b") {
            try await $0.flatMap { request in
                AsyncStream { continuation in
                    continuation.yield(request.target)
                    continuation.yield(request.target)
                    continuation.finish()
                }
            }.prefix(4).reduce("", +)
        },
        SequenceOperator("reduce", gives: "4") { "\(try await $0.prefix(4).reduce(0) { count, _ in count + 1 })" },
        SequenceOperator("reduce(into:)", gives: "/a/b/c/d") {
            try await $0.prefix(4).map(\.target).reduce(into: "") { $0 += $1 }
        },
        SequenceOperator("min(by:)", gives: "/a") {
            try await $0.map(\.target).prefix(4).min(by: <) ?? "-"
        },
        SequenceOperator("max(by:)", gives: "/d") {
            try await $0.map(\.target).prefix(4).max(by: <) ?? "-"
        },
        SequenceOperator("contains", gives: "true") { "\(try await $0.map(\.target).contains("/d"))" },
    ]

    @Test("give what they should", arguments: operators)
    func gives(_ op: SequenceOperator) async throws {
        try await withBoundServer { server in
            let client = try await server.connect()
            // A request that the operator lets go is answered 503, which lets the next one of the connection through.
            client.send(["/a", "/b", "/c", "/d"].map { get($0) }.joined())
            #expect(try await op.apply(server) == op.result)
            await client.close()
        }
    }
}
