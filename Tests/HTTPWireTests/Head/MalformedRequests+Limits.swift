import HTTPWire

extension MalformedRequests {
    /// A request line of at most 24 bytes.
    static let shortLine = limits { $0.startLineBytes = 24 }
    /// A head of at most 61 bytes.
    static let smallHead = limits { $0.headBytes = 61 }
    /// At most three fields.
    static let fewFields = limits { $0.fieldCount = 3 }

    private static func limits(_ change: (inout HeadLimits) -> Void) -> HeadLimits {
        var limits = HeadLimits()
        change(&limits)
        return limits
    }

    static let limits: [MalformedRequest] = [
        .init(
            "method beyond the line's limit",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            .methodTooLong,
            501,
            "9112 3",
            limits: shortLine
        ),
        .init(
            "target beyond the line's limit",
            "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            .targetTooLong,
            414,
            "9112 3",
            limits: shortLine
        ),
        .init(
            "line one byte too long",
            "GET /aaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n",
            .targetTooLong,
            414,
            "9112 3",
            limits: shortLine
        ),
        .init(
            "head too large in a value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
            .headTooLarge,
            431,
            "6585 5",
            limits: smallHead
        ),
        .init(
            "head too large in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX\r\n",
            .headTooLarge,
            431,
            "6585 5",
            limits: smallHead
        ),
        .init(
            "head too large by many fields",
            "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\n\r\n",
            .headTooLarge,
            431,
            "6585 5",
            limits: smallHead
        ),
        .init(
            "head one byte too large",
            "GET / HTTP/1.1\r\nHost: a\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n",
            .headTooLarge,
            431,
            "6585 5",
            limits: smallHead
        ),
        .init(
            "one field too many",
            "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nX: y\r\nX: y\r\n\r\n",
            .tooManyFields,
            431,
            "6585 5",
            limits: fewFields
        ),
        .init(
            "101 fields",
            "GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 101) + "\r\n",
            .tooManyFields,
            431,
            "6585 5"
        ),
    ]
}
