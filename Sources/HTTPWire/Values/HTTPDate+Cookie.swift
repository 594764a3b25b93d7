extension HTTPDate {
    /// Reads the date of a cookie's `Expires` with the lenient algorithm of RFC 6265 section 5.1.1, or returns `nil`.
    ///
    /// Time, day, month and year may be in any order: `Wed, 09-Jun-2021 10:18:14 GMT`, `9 jun 21 1:2:3`. A year of two
    /// digits means 1970…1999 or 2000…2069; years before 1601 are rejected.
    public init?(cookieDate text: String) {
        let text = text.utf8.span
        var time: (hour: Int, minute: Int, second: Int)?
        var day: Int?
        var month: Int?
        var year: Int?
        var offset = 0
        while offset < text.count {
            let start = offset
            while offset < text.count, !text[offset].isCookieDateDelimiter { offset += 1 }
            let token = start..<offset
            offset += 1
            if token.isEmpty { continue }
            if time == nil, let found = text.cookieTime(token) {
                time = found
            } else if day == nil, let found = text.leadingNumber(token, digits: 1...2) {
                day = found
            } else if month == nil, let found = text.month(token) {
                month = found
            } else if year == nil, let found = text.leadingNumber(token, digits: 2...4) {
                year = found < 70 ? found + 2000 : found < 100 ? found + 1900 : found
            }
        }
        // A second of 60 is not valid in a cookie, although the other date forms have leap seconds.
        guard let time, let day, let month, let year, year >= 1601, time.second < 60 else { return nil }
        self.init(year: year, month: month, day: day, time: time)
    }
}

extension UInt8 {
    /// `delimiter` of RFC 6265 section 5.1.1.
    fileprivate var isCookieDateDelimiter: Bool {
        switch self {
        case 0x09, 0x20...0x2F, 0x3B...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }
}

extension Span<UInt8> {
    /// The number at the start of `range` if it has so many digits; anything but another digit may follow.
    fileprivate func leadingNumber(_ range: Range<Int>, digits: ClosedRange<Int>) -> Int? {
        var end = range.lowerBound
        while end < range.upperBound, self[end].isASCIIDigit { end += 1 }
        guard digits ~= end - range.lowerBound else { return nil }
        return decimal(range.lowerBound..<end)
    }

    /// `time`: three numbers of one or two digits with colons between them; anything but another digit may follow.
    fileprivate func cookieTime(_ range: Range<Int>) -> (hour: Int, minute: Int, second: Int)? {
        var numbers = (0, 0, 0)
        var offset = range.lowerBound
        for part in 0..<3 {
            if part > 0 {
                guard offset < range.upperBound, skip(0x3A, &offset) else { return nil }
            }
            guard let number = leadingNumber(offset..<range.upperBound, digits: 1...2) else { return nil }
            numbers = (numbers.1, numbers.2, number)
            while offset < range.upperBound, self[offset].isASCIIDigit { offset += 1 }
        }
        return (numbers.0, numbers.1, numbers.2)
    }
}
