import HTTPTypes
import HTTPWire

extension HTTPFields {
    /// How long a server asks to be left alone (RFC 9110 section 10.2.3): seconds, or a date, counted from `Date` of the
    /// same response, since clocks differ; nil if it does not say so, or not understandably.
    ///
    /// - Parameter now: The time that a date is counted from where the response has none.
    func retryAfter(now: HTTPDate) -> Duration? {
        guard let text = onlyValue(of: .retryAfter) else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // A number that is too large for an Int is as good as for ever.
            return .seconds(Swift.min(Int(text) ?? .max, 1 << 40))
        }
        guard let date = HTTPDate(text, now: now) else { return nil }
        let sent = onlyValue(of: .date).flatMap { HTTPDate($0, now: now) } ?? now
        return .seconds(Swift.max(0, date.secondsSince1970 - sent.secondsSince1970))
    }
}
