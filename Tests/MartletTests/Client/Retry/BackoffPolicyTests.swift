import HTTPTypes
import HTTPWire
import Testing

@testable import Martlet

@Suite("BackoffPolicy")
struct BackoffPolicyTests {
    private static let policy = BackoffPolicy(
        maximumRetries: 5,
        statuses: [503],
        firstPause: .milliseconds(100),
        longestPause: .seconds(1)
    )
    private static let now = HTTPDate(secondsSince1970: 1_700_000_000)

    @Test("doubles the longest pause each time, up to a limit, and chooses any up to that", arguments: 0..<5)
    func doubling(retries: Int) throws {
        let longest = [100, 200, 400, 800, 1_000][retries]
        let pauses = try (0..<1_000).map { _ in try #require(Self.policy.pause(retries: retries, notBefore: nil)) }
        #expect(pauses.allSatisfy { $0 >= .zero && $0 <= .milliseconds(longest) })
        // The chance that all of a thousand are in one half is nil.
        #expect(pauses.contains { $0 < .milliseconds(longest) / 2 })
        #expect(pauses.contains { $0 > .milliseconds(longest) / 2 })
    }

    @Test("ends after so many retries")
    func end() {
        #expect(Self.policy.pause(retries: 4, notBefore: nil) != nil)
        #expect(Self.policy.pause(retries: 5, notBefore: nil) == nil)
        #expect(Self.policy.pause(retries: .max, notBefore: nil) == nil)
    }

    @Test("waits at least as long as the server asks for, but not for ever")
    func minimum() throws {
        for _ in 0..<100 {
            let pause = try #require(Self.policy.pause(retries: 0, notBefore: .seconds(1)))
            #expect(pause >= .seconds(1) && pause <= .milliseconds(1_100))
        }
        #expect(Self.policy.pause(retries: 0, notBefore: .milliseconds(1_001)) == nil)
    }

    @Test(
        "reads Retry-After",
        arguments: [
            ("0", 0), ("7", 7), ("007", 7), ("99999999999999999999", 1 << 40),
            ("Tue, 14 Nov 2023 22:13:30 GMT", 10), ("Tue, 14 Nov 2023 22:13:20 GMT", 0),
            ("Tue, 14 Nov 2023 22:13:00 GMT", 0), ("", nil), ("-1", nil), ("1.5", nil), ("soon", nil), ("٧", nil),
        ] as [(String, Int?)]
    )
    func retryAfter(text: String, seconds: Int?) {
        #expect(([.retryAfter: text] as HTTPFields).retryAfter(now: Self.now) == seconds.map { .seconds($0) })
    }

    @Test("counts a date from the server's own, and believes one value only")
    func clocks() {
        var fields: HTTPFields = [
            .retryAfter: "Tue, 14 Nov 2023 20:00:10 GMT", .date: "Tue, 14 Nov 2023 20:00:00 GMT",
        ]
        #expect(fields.retryAfter(now: Self.now) == .seconds(10))
        fields.append(HTTPField(name: .retryAfter, value: "5"))
        #expect(fields.retryAfter(now: Self.now) == nil)
        #expect(([:] as HTTPFields).retryAfter(now: Self.now) == nil)
    }

    @Test("sends again what was lost on the way, and nothing that the caller has to mend")
    func errors() {
        for error: HTTPClientError in [
            .connectionClosed, .couldNotConnect(host: "a", port: 1, reason: ""), .unknownHost("a", reason: ""),
            .timedOut(.read, host: "a", port: 1, after: .seconds(1)),
            .timedOut(.connection, host: "a", port: 1, after: .seconds(1)),
        ] {
            #expect(Self.policy.pause(after: error, retries: 0) != nil, "\(error)")
        }
        for error: any Error in [
            HTTPClientError.aborted, HTTPClientError.invalidURL(""), CancellationError(), HTTPClientError.clientClosed,
            HTTPClientError.timedOut(.total, host: "a", port: 1, after: .seconds(1)),
            HTTPClientError.timedOut(.pool, host: "a", port: 1, after: .seconds(1)),
        ] {
            #expect(Self.policy.pause(after: error, retries: 0) == nil, "\(error)")
        }
    }
}

@Suite("RetryBudget")
struct RetryBudgetTests {
    @Test("has a reserve, and then a share of each request")
    func share() {
        let budget = RetryBudget(share: 0.25, reserve: 2)
        #expect(budget.take() && budget.take() && !budget.take())
        for _ in 0..<3 {
            for _ in 0..<3 {
                budget.requestBegins()
                #expect(!budget.take())
            }
            budget.requestBegins()
            #expect(budget.take())
        }
        for _ in 0..<100 { budget.requestBegins() }
        #expect(budget.take() && budget.take() && !budget.take())
    }

    @Test("of less than nothing is nothing")
    func negative() {
        let budget = RetryBudget(share: -1, reserve: -1)
        budget.requestBegins()
        #expect(!budget.take())
    }
}
