/// A point in time as HTTP represents it: in whole seconds, in UTC, in the years 0001 to 9999 (RFC 9110 section 5.6.7).
///
///     HTTPDate("Sun, 06 Nov 1994 08:49:37 GMT")?.secondsSince1970   // 784111777
///     HTTPDate(secondsSince1970: 0).description                     // "Thu, 01 Jan 1970 00:00:00 GMT"
public struct HTTPDate: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01 00:00:00 UTC, leap seconds not counted.
    public let secondsSince1970: Int64

    /// Creates the date that many seconds after (or before) 1970-01-01 00:00:00 UTC.
    ///
    /// A date outside the years 0001 to 9999 becomes their first or last second.
    public init(secondsSince1970: Int64) {
        self.secondsSince1970 = min(max(secondsSince1970, Self.firstSecond), Self.lastSecond)
    }

    /// 0001-01-01 00:00:00 UTC.
    public static let distantPast = HTTPDate(secondsSince1970: firstSecond)
    /// 9999-12-31 23:59:59 UTC.
    public static let distantFuture = HTTPDate(secondsSince1970: lastSecond)

    /// Whether the left date is earlier.
    public static func < (left: HTTPDate, right: HTTPDate) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }

    private static var firstSecond: Int64 { -62_135_596_800 }
    private static var lastSecond: Int64 { 253_402_300_799 }
}

extension HTTPDate {
    /// A date by the calendar and the clock, in UTC.
    public struct Components: Sendable, Hashable {
        /// 1 to 9999.
        public var year: Int
        /// 1 (January) to 12.
        public var month: Int
        /// 1 to 31.
        public var day: Int
        /// 0 to 23.
        public var hour: Int
        /// 0 to 59.
        public var minute: Int
        /// 0 to 59.
        public var second: Int
        /// 1 (Monday) to 7 (Sunday).
        public var weekday: Int
    }

    /// Creates the date from the calendar and the clock in UTC (Gregorian calendar); `nil` if there is no such date or
    /// time.
    ///
    /// 23:59:60, a leap second, counts as the second after it.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard 1...9999 ~= year, 1...12 ~= month, day >= 1, day <= Self.days(inMonth: month, of: year),
            0...23 ~= hour, 0...59 ~= minute,
            0...59 ~= second || (second == 60 && hour == 23 && minute == 59)
        else { return nil }
        // Years are counted from March, so that the leap day is the last of its year.
        let marchYear = month > 2 ? year : year - 1
        let marchMonth = (month + 9) % 12
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        let days = marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear
        let seconds = (days - Self.daysBefore1970) * 86_400 + hour * 3600 + minute * 60 + second
        self.init(secondsSince1970: Int64(seconds))
    }

    /// The date, the time and the day of the week in UTC.
    public var components: Components {
        // `secondsSince1970` is in range by construction, so nothing here can overflow or become negative.
        let seconds = Int(secondsSince1970) + Self.daysBefore1970 * 86_400
        let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (era, dayOfEra) = days.quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return Components(
            year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
            month: month,
            day: dayOfYear - (153 * marchMonth + 2) / 5 + 1,
            hour: time / 3600,
            minute: time % 3600 / 60,
            second: time % 60,
            // The first of March of the year 0 was a Wednesday.
            weekday: (days + 2) % 7 + 1
        )
    }

    /// Days from 0000-03-01 to 1970-01-01.
    private static var daysBefore1970: Int { 719_468 }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
