/// The place of a request in a trace: the value of `traceparent`, and of `tracestate` (W3C Trace Context).
///
///     let trace = TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
///     trace?.traceID       // "0af7651916cd43dd8448eb211c80319c"
///     trace?.spanID        // "b7ad6b7169203331"
///     trace?.isSampled     // true
///
/// Requests that are sent to answer another one belong to the trace of that: each names the span that it is part of.
public struct TraceContext: Sendable, Hashable, CustomStringConvertible {
    private let trace: (high: UInt64, low: UInt64)
    private let span: UInt64
    /// Whether the sender records its part of the trace.
    public let isSampled: Bool
    /// Whether the right half of the trace's id is random, so that a part of the traces can be chosen by it (level 2).
    public let isRandom: Bool
    /// The entries of the systems that record the trace, each for itself.
    public var state: TraceState

    /// The bits of the flags that have a meaning (section 3.2.2.5; level 2, section 3.2.2.5.2).
    private static let (sampled, random): (UInt8, UInt8) = (0x01, 0x02)
    /// The length of the field in version 00.
    private static let length = 55

    /// Reads the value of `traceparent` (section 3.2).
    ///
    /// Of a version that is not known yet, the parts are read that this one has, and the rest is ignored.
    ///
    /// - Parameters:
    ///   - text: `00-` and 32 digits for the trace, `-` and 16 digits for the span, `-` and two digits of flags; all in
    ///     lower case.
    ///   - state: The value of `tracestate`. A malformed one counts as empty (section 3.3). Empty by default.
    /// - Returns: nil for anything else, and if the trace or the span is zero.
    public init?(_ text: String, state: String) {
        let bytes = text.utf8.span
        guard bytes.count >= Self.length, bytes.has(0x2D, at: 2), bytes.has(0x2D, at: 35), bytes.has(0x2D, at: 52),
            let version = bytes.lowercaseHexadecimal(0..<2), version != 0xFF,
            let high = bytes.lowercaseHexadecimal(3..<19), let low = bytes.lowercaseHexadecimal(19..<35),
            let span = bytes.lowercaseHexadecimal(36..<52), let flags = bytes.lowercaseHexadecimal(53..<55),
            high | low != 0, span != 0
        else { return nil }
        if bytes.count > Self.length {
            guard version > 0, bytes.has(0x2D, at: Self.length) else { return nil }
        }
        let bits = UInt8(truncatingIfNeeded: flags)
        self.init(
            trace: (high, low),
            span: span,
            isSampled: bits & Self.sampled != 0,
            isRandom: bits & Self.random != 0,
            state: TraceState(state) ?? TraceState()
        )
    }

    /// Reads the value of `traceparent` of a request without `tracestate`.
    public init?(_ text: String) {
        self.init(text, state: "")
    }

    private init(trace: (high: UInt64, low: UInt64), span: UInt64, isSampled: Bool, isRandom: Bool, state: TraceState) {
        self.trace = trace
        self.span = span
        self.isSampled = isSampled
        self.isRandom = isRandom
        self.state = state
    }

    /// A new trace with random ids.
    ///
    /// - Parameter isSampled: Whether it is to be recorded. True by default.
    public static func random(isSampled: Bool = true) -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        return TraceContext(
            // None of them may be zero.
            trace: (generator.next(), .random(in: 1 ... .max, using: &generator)),
            span: .random(in: 1 ... .max, using: &generator),
            isSampled: isSampled,
            isRandom: true,
            state: TraceState()
        )
    }

    /// The same trace with a new random span, which a request below this one names.
    public func child() -> TraceContext {
        let span = UInt64.random(in: 1 ... .max)
        return TraceContext(trace: trace, span: span, isSampled: isSampled, isRandom: isRandom, state: state)
    }

    /// The id of the trace: 32 hexadecimal digits in lower case.
    public var traceID: String { trace.high.sixteenDigits + trace.low.sixteenDigits }

    /// The id of the span that the request is part of: 16 hexadecimal digits in lower case.
    public var spanID: String { span.sixteenDigits }

    /// The value of `traceparent`, in version 00.
    public var description: String {
        "00-\(traceID)-\(spanID)-0\((isSampled ? Self.sampled : 0) | (isRandom ? Self.random : 0))"
    }

    /// Whether both say the same.
    public static func == (left: TraceContext, right: TraceContext) -> Bool {
        left.trace == right.trace && left.span == right.span && left.isSampled == right.isSampled
            && left.isRandom == right.isRandom && left.state == right.state
    }

    /// Hashes the ids.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(trace.high)
        hasher.combine(trace.low)
        hasher.combine(span)
    }
}

extension Span<UInt8> {
    /// The number that hexadecimal digits without capitals stand for; nil for others. There are at most 16 of them.
    fileprivate func lowercaseHexadecimal(_ range: Range<Int>) -> UInt64? {
        var number: UInt64 = 0
        for index in range {
            let byte = self[index]
            switch byte {
            case 0x30...0x39: number = number << 4 | UInt64(byte - 0x30)
            case 0x61...0x66: number = number << 4 | UInt64(byte - 0x61 + 10)
            default: return nil
            }
        }
        return number
    }
}

extension UInt64 {
    /// The number as 16 hexadecimal digits in lower case.
    fileprivate var sixteenDigits: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
