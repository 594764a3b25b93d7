import HTTPWire

/// Times in the form of RFC 3339 section 5.6, which is that of ISO 8601 on the internet: `2026-11-30T13:25:33.250Z`.
package enum TimestampText {
    /// The seconds since 1970-01-01 00:00:00 UTC; nil if the text is anything else.
    ///
    /// - Parameter allowsDate: Whether a date alone, as browsers send it from `<input type="date">`, stands for its
    ///   first second in UTC.
    package static func seconds(_ text: String, allowsDate: Bool = false) -> Double? {
        var reader = Reader(bytes: Array(text.utf8))
        guard let year = reader.number(4), reader.skip(0x2D), let month = reader.number(2), reader.skip(0x2D),
            let day = reader.number(2)
        else { return nil }
        if allowsDate, reader.isAtEnd {
            return HTTPDate(year: year, month: month, day: day).map { Double($0.secondsSince1970) }
        }
        guard reader.skip(0x54) || reader.skip(0x74), let hour = reader.number(2), reader.skip(0x3A),
            let minute = reader.number(2), reader.skip(0x3A), let second = reader.number(2),
            let date = HTTPDate(year: year, month: month, day: day, hour: hour, minute: minute, second: second),
            let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        return Double(date.secondsSince1970 - Int64(offset)) + fraction
    }

    /// The time in UTC, with three decimals unless it is a whole second. Years beyond 1 to 9999 are brought to the
    /// nearest of these.
    package static func text(for seconds: Double) -> String {
        let limited = min(max(seconds.isNaN ? 0 : seconds, -62_135_596_800), 253_402_300_799)
        let milliseconds = Int64((limited * 1_000).rounded())
        let (whole, rest) = (milliseconds.flooredDivision(by: 1_000), milliseconds.flooredRemainder(by: 1_000))
        let parts = HTTPDate(secondsSince1970: whole).components
        let date = "\(padded(parts.year, 4))-\(padded(parts.month, 2))-\(padded(parts.day, 2))"
        let time = "\(padded(parts.hour, 2)):\(padded(parts.minute, 2)):\(padded(parts.second, 2))"
        return "\(date)T\(time)\(rest == 0 ? "" : ".\(padded(Int(rest), 3))")Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        var isAtEnd: Bool { index == bytes.count }

        mutating func skip(_ byte: UInt8) -> Bool {
            guard index < bytes.count, bytes[index] == byte else { return false }
            index += 1
            return true
        }

        /// A number of so many digits.
        mutating func number(_ width: Int) -> Int? {
            guard bytes.count - index >= width else { return nil }
            var number = 0
            for byte in bytes[index..<index + width] {
                guard (0x30...0x39).contains(byte) else { return nil }
                number = number * 10 + Int(byte - 0x30)
            }
            index += width
            return number
        }

        /// The decimals after a point; 0 if there is none.
        mutating func fraction() -> Double? {
            guard skip(0x2E) else { return 0 }
            var (fraction, unit) = (0.0, 1.0)
            let start = index
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
                unit /= 10
                fraction += Double(bytes[index] - 0x30) * unit
                index += 1
            }
            return index > start ? fraction : nil
        }

        /// The offset from UTC in seconds.
        mutating func offset() -> Int? {
            if skip(0x5A) || skip(0x7A) { return 0 }
            let sign = skip(0x2B) ? 1 : skip(0x2D) ? -1 : 0
            guard sign != 0, let hours = number(2), skip(0x3A), let minutes = number(2), hours < 24, minutes < 60
            else { return nil }
            return sign * (hours * 3_600 + minutes * 60)
        }
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        (self - flooredRemainder(by: divisor)) / divisor
    }

    fileprivate func flooredRemainder(by divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
