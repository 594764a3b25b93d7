extension HTTPDate {
    /// Reads a date in one of the three forms of HTTP (RFC 9110 section 5.6.7), or returns `nil`.
    ///
    ///     Sun, 06 Nov 1994 08:49:37 GMT    IMF-fixdate, the one in use
    ///     Sunday, 06-Nov-94 08:49:37 GMT   RFC 850; a year of four digits is accepted as well
    ///     Sun Nov  6 08:49:37 1994         asctime
    ///
    /// A day of one digit is accepted too. Names are compared without regard to case, as RFC 9111 section 4.2
    /// recommends. The day of the week must be valid, but need not be the right one. White space around the date is an
    /// error.
    ///
    /// - Parameter text: The value of a field.
    /// - Parameter now: The date that a year of two digits is relative to: it becomes the last year with these digits
    ///   that is not more than 50 years after `now`. By default, 70…99 mean 1970…1999 and 00…69 mean 2000…2069, so that
    ///   the result does not depend on a clock.
    public init?(_ text: String, now: HTTPDate? = nil) {
        self.init(text.utf8.span, now: now)
    }

    private init?(_ text: Span<UInt8>, now: HTTPDate?) {
        var offset = 0
        guard let weekday = text.letters(&offset) else { return nil }
        let isShort = weekday.count == 3
        guard let number = text.name(weekday, in: Self.weekdays.span),
            isShort || text.equals(weekday, ignoringCase: Self.longWeekday(number))
        else { return nil }
        guard text.skip(0x2C, &offset) else {
            guard isShort else { return nil }
            self.init(asctime: text, &offset)
            return
        }
        guard text.skip(0x20, &offset), let day = text.digits(1...2, &offset) else { return nil }
        // Dart accepts dashes after a short name, although RFC 850 has the long one only: the separators decide.
        let isDashed = text.has(0x2D, at: offset)
        guard isDashed || isShort else { return nil }
        let separator: UInt8 = isDashed ? 0x2D : 0x20
        guard text.skip(separator, &offset), let monthName = text.letters(&offset), monthName.count == 3,
            let month = text.month(monthName), text.skip(separator, &offset)
        else { return nil }
        let yearStart = offset
        guard var year = text.digits(isDashed ? 2...4 : 4...4, &offset), offset - yearStart != 3,
            text.skip(0x20, &offset), let time = text.time(&offset), text.skip(0x20, &offset),
            text.equals(offset..<text.count, ignoringCase: "GMT")
        else { return nil }
        if text[yearStart + 2] == 0x20 {
            year = Self.year(ofTwoDigits: year, month: month, day: day, time: time, now: now)
        }
        self.init(year: year, month: month, day: day, time: time)
    }

    /// Reads what follows the day of the week in `Sun Nov  6 08:49:37 1994`.
    private init?(asctime text: Span<UInt8>, _ offset: inout Int) {
        guard text.skip(0x20, &offset), let monthName = text.letters(&offset), monthName.count == 3,
            let month = text.month(monthName), text.skip(0x20, &offset)
        else { return nil }
        // The day is padded with a space to two characters.
        let isPadded = text.skip(0x20, &offset)
        guard let day = text.digits(isPadded ? 1...1 : 1...2, &offset), text.skip(0x20, &offset),
            let time = text.time(&offset), text.skip(0x20, &offset),
            let year = text.digits(4...4, &offset), offset == text.count
        else { return nil }
        self.init(year: year, month: month, day: day, time: time)
    }

    init?(year: Int, month: Int, day: Int, time: (hour: Int, minute: Int, second: Int)) {
        self.init(year: year, month: month, day: day, hour: time.hour, minute: time.minute, second: time.second)
    }

    /// The year that two digits represent (RFC 9110 section 5.6.7).
    private static func year(
        ofTwoDigits digits: Int,
        month: Int,
        day: Int,
        time: (hour: Int, minute: Int, second: Int),
        now: HTTPDate?
    ) -> Int {
        guard let now = now?.components else { return digits < 70 ? digits + 2000 : digits + 1900 }
        let century = now.year / 100 * 100
        let candidates = [century + 100 + digits, century + digits]
        let limit = (now.year + 50, now.month, now.day, now.hour, now.minute, now.second)
        for year in candidates
        where (year, month, day, time.hour, time.minute, time.second) <= limit { return year }
        return century - 100 + digits
    }

    private static func longWeekday(_ index: Int) -> String {
        switch index {
        case 0: "Monday"
        case 1: "Tuesday"
        case 2: "Wednesday"
        case 3: "Thursday"
        case 4: "Friday"
        case 5: "Saturday"
        default: "Sunday"
        }
    }
}

extension Span<UInt8> {
    /// Reads a run of ASCII letters.
    fileprivate func letters(_ offset: inout Int) -> Range<Int>? {
        let start = offset
        while offset < count, (self[offset] | 0x20) &- 0x61 < 26 { offset += 1 }
        return offset > start ? start..<offset : nil
    }

    /// Reads a run of digits of exactly such a length.
    fileprivate func digits(_ length: ClosedRange<Int>, _ offset: inout Int) -> Int? {
        let start = offset
        while offset < count, self[offset].isASCIIDigit { offset += 1 }
        return length ~= offset - start ? decimal(start..<offset) : nil
    }

    /// Reads `08:49:37`; the caller has to check that such a time exists.
    fileprivate func time(_ offset: inout Int) -> (hour: Int, minute: Int, second: Int)? {
        guard let hour = digits(2...2, &offset), skip(0x3A, &offset),
            let minute = digits(2...2, &offset), skip(0x3A, &offset),
            let second = digits(2...2, &offset)
        else { return nil }
        return (hour, minute, second)
    }

    /// The month, 1 to 12, whose name is in the first three bytes of `range`.
    func month(_ range: Range<Int>) -> Int? {
        name(range, in: HTTPDate.months.span).map { $0 + 1 }
    }

    /// The index of the name in the first three bytes of `range`, ignoring case.
    fileprivate func name(_ range: Range<Int>, in names: Span<UInt32>) -> Int? {
        guard range.count >= 3 else { return nil }
        let start = range.lowerBound
        let spelled = UInt32(self[start]) << 16 | UInt32(self[start + 1]) << 8 | UInt32(self[start + 2])
        for index in names.indices where (spelled ^ names[index]) & 0xDFDFDF == 0 { return index }
        return nil
    }
}
