import Testing

@testable import MartletWeb

@Suite("Token buckets")
struct TokenBucketsTests {
    private static let second: Int64 = 1_000_000_000

    private func policy(_ requests: Int, per seconds: Int, burst: Int? = nil) throws -> RateLimitPolicy {
        try RateLimitPolicy(requests: requests, per: .seconds(seconds), burst: burst)
    }

    @Test("are full at first, are emptied token by token, and fill again evenly")
    func filling() throws {
        // A token every 10 seconds, 3 at once.
        let policy = try policy(6, per: 60, burst: 3)
        var buckets = TokenBuckets(maximumCount: 10)
        let key = TokenBuckets.Key("a", "b")
        var answers: [String] = []
        for now in [0, 0, 0, 0, 9, 10, 10, 25, 39, 40, 100] as [Int64] {
            let decision = buckets.take(from: key, policy, now: now * Self.second)
            answers.append("\(now): \(decision.isAllowed ? "yes" : "no") \(decision.fieldValue(policy))")
        }
        #expect(
            answers == [
                "0: yes \"default\";r=2;t=10", "0: yes \"default\";r=1;t=20", "0: yes \"default\";r=0;t=10",
                "0: no \"default\";r=0;t=10", "9: no \"default\";r=0;t=1", "10: yes \"default\";r=0;t=10",
                "10: no \"default\";r=0;t=10", "25: yes \"default\";r=0;t=5", "39: yes \"default\";r=0;t=1",
                "40: yes \"default\";r=0;t=10", "100: yes \"default\";r=2;t=10",
            ]
        )
    }

    @Test("allow what the rate allows, to the request, whatever the times")
    func rate() throws {
        let policy = try policy(7, per: 3, burst: 5)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            var buckets = TokenBuckets(maximumCount: 10)
            var (now, allowed, tokens, last) = (Int64(0), 0, 5.0, Int64(0))
            for _ in 0..<200 {
                now += Int64.random(in: 0...Self.second, using: &generator)
                // The textbook's bucket, with fractions of tokens.
                tokens = min(5, tokens + Double(now - last) / Double(policy.nanosecondsPerToken))
                last = now
                // Where it is a matter of rounding, either is right.
                let isClose = abs(tokens - tokens.rounded()) < 1e-6
                let decision = buckets.take(from: TokenBuckets.Key("a", "b"), policy, now: now)
                if !isClose {
                    #expect(decision.isAllowed == (tokens >= 1))
                    if decision.isAllowed { #expect(decision.remaining == Int(tokens - 1)) }
                }
                if decision.isAllowed { (tokens, allowed) = (max(0, tokens - 1), allowed + 1) }
            }
            #expect(Int64(allowed) <= 5 + now / policy.nanosecondsPerToken)
        }
    }

    @Test("of different limits and names have nothing to do with each other")
    func names() throws {
        let policy = try policy(1, per: 60)
        var buckets = TokenBuckets(maximumCount: 10)
        for (limit, name) in [("a", "b"), ("a", "c"), ("b", "b")] {
            let first = buckets.take(from: TokenBuckets.Key(limit, name), policy, now: 0)
            #expect(first.isAllowed)
            let second = buckets.take(from: TokenBuckets.Key(limit, name), policy, now: 0)
            #expect(!second.isAllowed)
        }
    }

    @Test("take no memory once they are full, nor for long names")
    func memory() throws {
        let policy = try policy(1, per: 1)
        var buckets = TokenBuckets(maximumCount: 1_000)
        for second in 0..<100 as Range<Int64> {
            for name in 0..<3 {
                _ = buckets.take(from: TokenBuckets.Key("a", "\(second) \(name)"), policy, now: second * Self.second)
            }
            #expect(buckets.count <= 100 + 3)
        }
        let long = String(repeating: "x", count: 100_000)
        #expect(TokenBuckets.Key("a", long + "1") == TokenBuckets.Key("a", long + "2"))
        #expect(MemoryLayout<TokenBuckets.Key>.size == 32)
    }

    @Test("are never more than allowed: the one that is fullest makes room")
    func eviction() throws {
        let policy = try policy(60, per: 60, burst: 10)
        var buckets = TokenBuckets(maximumCount: 3)
        let limited = TokenBuckets.Key("a", "limited")
        for _ in 0..<10 { _ = buckets.take(from: limited, policy, now: 0) }
        for name in 0..<1_000 {
            _ = buckets.take(from: TokenBuckets.Key("a", "\(name)"), policy, now: 1)
            #expect(buckets.count <= 3)
        }
        let decision = buckets.take(from: limited, policy, now: 1)
        #expect(!decision.isAllowed, "a client gains nothing from other addresses")
    }

    @Test("of a policy that has become smaller are refilled within its time")
    func smallerPolicy() throws {
        var buckets = TokenBuckets(maximumCount: 3)
        let key = TokenBuckets.Key("a", "b")
        let large = try policy(1, per: 1_000, burst: 10)
        for _ in 0..<10 { _ = buckets.take(from: key, large, now: 0) }
        let decision = buckets.take(from: key, try policy(1, per: 1), now: 0)
        #expect(!decision.isAllowed && decision.nanosecondsUntilNext == Self.second)
    }

    @Test(
        "have a rate that makes sense",
        arguments: [
            (0, 60, 1), (-1, 60, 1), (1, 0, 1), (1, -1, 1), (1, 60, 0), (1, 60, -5), (Int.max, 1, 1), (1, Int.max, 1),
            (1, 86_400 * 365, 1_000), (1, 1, Int.max),
        ]
    )
    func invalid(requests: Int, seconds: Int, burst: Int) {
        let error = #expect(throws: MiddlewareError.self) { _ = try policy(requests, per: seconds, burst: burst) }
        #expect(error?.description.hasPrefix("This is not a rate: ") == true)
    }

    @Test("have a name that can be sent", arguments: ["", "a\nb", "ä", "a\u{7F}"])
    func invalidName(name: String) {
        #expect(throws: MiddlewareError.self) { _ = try RateLimitPolicy(name: name, requests: 1, per: .seconds(1)) }
    }

    @Test("write their name as structured fields do")
    func quoting() throws {
        let policy = try RateLimitPolicy(name: #"a "b" \c"#, requests: 5, per: .milliseconds(1_500), burst: 9)
        #expect(policy.fieldValue == #""a \"b\" \\c";q=5;w=2"#)
    }
}
