import HTTPTypes
import Martlet
import Testing

@Suite("Retries (RFC 9110 section 9.2.2)")
struct RetryPolicyTests {
    @Test(
        "by method, when a connection that had served before broke",
        arguments: [
            (.get, true), (.head, true), (.options, true), (.trace, true), (.put, true), (.delete, true),
            (.post, false), (.patch, false), (.connect, false),
        ] as [(HTTPRequest.Method, Bool)]
    )
    func methods(method: HTTPRequest.Method, isIdempotent: Bool) {
        let policy = RetryPolicy()
        #expect(RetryPolicy.isIdempotent(method) == isIdempotent)
        func allows(_ progress: RetryPolicy.Progress, reused: Bool = true, content: Bool = true) -> Bool {
            policy.allowsRetry(
                of: method,
                after: progress,
                isReusedConnection: reused,
                canRepeatContent: content,
                attempt: 1
            )
        }
        #expect(allows(.sent) == isIdempotent)
        #expect(!allows(.sent, reused: false))
        #expect(!allows(.sent, content: false))
        #expect(allows(.nothingSent))
        #expect(allows(.nothingSent, reused: false))
        #expect(!allows(.nothingSent, content: false))
        #expect(!allows(.responseStarted))
        #expect(!allows(.responseStarted, reused: false))
    }

    @Test("an unknown method is not idempotent, and its case counts (section 9.1)")
    func unknown() throws {
        #expect(!RetryPolicy.isIdempotent(try #require(HTTPRequest.Method("PURGE"))))
        #expect(!RetryPolicy.isIdempotent(try #require(HTTPRequest.Method("get"))))
    }

    @Test("the caller may know better")
    func override() {
        for (isIdempotent, expected) in [(true, true), (false, false), (nil, false)] as [(Bool?, Bool)] {
            #expect(
                RetryPolicy().allowsRetry(
                    of: .post,
                    after: .sent,
                    isReusedConnection: true,
                    canRepeatContent: true,
                    isIdempotent: isIdempotent,
                    attempt: 1
                ) == expected
            )
        }
        #expect(
            RetryPolicy(retriesOnNewConnections: true).allowsRetry(
                of: .get,
                after: .sent,
                isReusedConnection: false,
                canRepeatContent: true,
                attempt: 1
            )
        )
    }

    @Test("not more often than the limit", arguments: [(0, 0), (1, 1), (2, 2), (5, 5)])
    func limits(limit: Int, allowed: Int) {
        let policy = RetryPolicy(limit: limit)
        let attempts = (1...9).filter {
            policy.allowsRetry(
                of: .get,
                after: .nothingSent,
                isReusedConnection: true,
                canRepeatContent: true,
                attempt: $0
            )
        }
        #expect(attempts.count == allowed)
        #expect(RetryPolicy.never == RetryPolicy(limit: 0))
    }
}
