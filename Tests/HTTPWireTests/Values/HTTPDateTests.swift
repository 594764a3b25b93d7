import NIOCore
import Testing

@testable import HTTPWire

@Suite("Dates (RFC 9110 section 5.6.7)", .calculation)
struct HTTPDateTests {
    @Test(
        "are written as IMF-fixdate and read back",
        arguments: [
            (-62135596800, "Mon, 01 Jan 0001 00:00:00 GMT"),
            (253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (951825600, "Tue, 29 Feb 2000 12:00:00 GMT"),
            (-2203891200, "Thu, 01 Mar 1900 00:00:00 GMT"),
            (4107542399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (784111777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (2147483648, "Tue, 19 Jan 2038 03:14:08 GMT"),
            (-62035891200, "Sun, 29 Feb 0004 00:00:00 GMT"),
            (-12219292800, "Fri, 15 Oct 1582 00:00:00 GMT"),
            (-49512898677, "Sun, 31 Dec 0400 01:02:03 GMT"),
            (1735689599, "Tue, 31 Dec 2024 23:59:59 GMT"),
            (105280200184, "Sat, 13 Mar 5306 20:03:04 GMT"),
            (214906500238, "Tue, 12 Feb 8780 18:03:58 GMT"),
            (200205138446, "Thu, 02 Apr 8314 02:27:26 GMT"),
            (-26026468377, "Tue, 03 Apr 1145 17:27:03 GMT"),
            (230211405637, "Sun, 08 Feb 9265 20:40:37 GMT"),
            (-30143275006, "Wed, 19 Oct 1014 12:03:14 GMT"),
            (-38034301294, "Mon, 28 Sep 0764 04:18:26 GMT"),
            (12454798775, "Fri, 04 Sep 2364 18:19:35 GMT"),
            (31308835212, "Fri, 19 Feb 2962 18:40:12 GMT"),
            (130397551476, "Sat, 18 Feb 6102 22:04:36 GMT"),
            (-31311821786, "Tue, 07 Oct 0977 15:43:34 GMT"),
            (158935114769, "Sun, 15 Jun 7006 18:59:29 GMT"),
            (124818731089, "Fri, 08 May 5925 05:44:49 GMT"),
            (64064856811, "Sat, 19 Feb 4000 09:33:31 GMT"),
            (115465513084, "Fri, 15 Dec 5628 09:38:04 GMT"),
            (-1082398299, "Sat, 14 Sep 1935 05:48:21 GMT"),
            (16460674924, "Tue, 14 Aug 2491 01:42:04 GMT"),
            (226415384504, "Thu, 26 Oct 9144 10:21:44 GMT"),
            (118931568689, "Thu, 16 Oct 5738 18:51:29 GMT"),
            (-26599133718, "Wed, 09 Feb 1127 15:44:42 GMT"),
            (-28556934019, "Tue, 24 Jan 1065 22:19:41 GMT"),
            (236705725125, "Sun, 27 Nov 9470 14:18:45 GMT"),
            (137331505762, "Sat, 12 Nov 6321 00:29:22 GMT"),
            (24764540593, "Mon, 04 Oct 2754 15:03:13 GMT"),
        ] as [(Int64, String)]
    )
    func format(seconds: Int64, text: String) {
        let date = HTTPDate(secondsSince1970: seconds)
        #expect(date.description == text)
        #expect(HTTPDate(text) == date)
        #expect(HTTPDate(text.lowercased()) == date, "RFC 9111 4.2: case does not matter")
        var buffer = ByteBuffer(string: "Date: ")
        buffer.writeHTTPDate(date)
        #expect(buffer == ByteBuffer(string: "Date: " + text))
    }

    @Test("follow the calendar, counted day by day from 1600 to 2500, and at the ends of every other year")
    func calendar() {
        let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var day: Int64 = -719_162
        var failures = 0
        for year in 1...9999 {
            let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            let isEveryDay = 1600...2500 ~= year
            for (month, length) in lengths.enumerated() {
                for number in 1...length {
                    defer { day += 1 }
                    guard isEveryDay || (month == 0 && number == 1) || (month == 11 && number == 31) else { continue }
                    let parts = HTTPDate(secondsSince1970: day * 86_400 + 3661).components
                    let expected = HTTPDate.Components(
                        year: year,
                        month: month + 1,
                        day: number,
                        hour: 1,
                        minute: 1,
                        second: 1,
                        // 0001-01-01 was a Monday.
                        weekday: Int((day + 719_162) % 7) + 1
                    )
                    let back = HTTPDate(year: year, month: month + 1, day: number, hour: 1, minute: 1, second: 1)
                    if parts != expected || back?.secondsSince1970 != day * 86_400 + 3661 { failures += 1 }
                }
                #expect(HTTPDate(year: year, month: month + 1, day: length + 1) == nil)
            }
            if year % 500 == 0 {
                let date = HTTPDate(secondsSince1970: (day - 1) * 86_400)
                let name = weekdays[date.components.weekday - 1]
                #expect(date.description.hasPrefix("\(name), 31 \(months[11])"))
            }
        }
        #expect(failures == 0)
    }

    @Test(
        "are read in all three forms",
        arguments: [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sun, 06-Nov-1994 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun Nov 06 08:49:37 1994",
            "Sun Nov 6 08:49:37 1994",
            "Mon, 06 Nov 1994 08:49:37 GMT",
        ]
    )
    func forms(text: String) {
        #expect(HTTPDate(text)?.secondsSince1970 == 784_111_777)
    }

    @Test(
        "are refused when they are not one of the forms, or do not exist",
        arguments: [
            "", " ", "GMT", "784111777", "1994-11-06T08:49:37Z",
            " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 06 Nov 1994 08:49:37 GMTx",
            "Sun 06 Nov 1994 08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT", "Sun,  06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov  1994 08:49:37 GMT", "Sun, 06-Nov 1994 08:49:37 GMT", "Sun, 06 Nov-1994 08:49:37 GMT",
            "Son, 06 Nov 1994 08:49:37 GMT", "Sund, 06 Nov 1994 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 06 November 1994 08:49:37 GMT", "Sun, 006 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 994 08:49:37 GMT", "Sunday, 06-Nov-994 08:49:37 GMT",
            "Sun, 06 Nov 19994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37.5 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 29 Feb 1900 00:00:00 GMT", "Sun, 29 Feb 2023 00:00:00 GMT", "Sun, 06 Nov 0000 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:60 GMT",
            "Sun, 06 Nov 1994 23:59:61 GMT", "Sun, 99999999999999999999 Nov 1994 08:49:37 GMT",
            "Sunday Nov  6 08:49:37 1994", "Sun Nov   6 08:49:37 1994", "Sun Nov  16 08:49:37 1994",
            "Sun Nov  6 08:49:37 94", "Sun Nov  6 08:49:37 1994 GMT", "Sün, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT\r\n", "Sun, 06 Nov 1994 08:49:37 GMT\u{0}",
        ]
    )
    func refusal(text: String) {
        #expect(HTTPDate(text) == nil)
    }

    @Test("may have a leap second, which is taken for the next second")
    func leapSecond() {
        #expect(HTTPDate("Sat, 31 Dec 2016 23:59:60 GMT")?.description == "Sun, 01 Jan 2017 00:00:00 GMT")
        #expect(HTTPDate("Fri, 31 Dec 9999 23:59:60 GMT") == .distantFuture)
    }

    @Test(
        "with two digits of the year are at most 50 years after now",
        arguments: [
            ("94", 2024, 1994), ("74", 2024, 2074), ("75", 2024, 1975), ("00", 2024, 2000), ("24", 2024, 2024),
            ("00", 1999, 2000), ("49", 1999, 2049), ("50", 1999, 1950), ("10", 2080, 2110), ("99", 2080, 2099),
            ("69", nil, 2069), ("70", nil, 1970), ("99", nil, 1999),
        ] as [(String, Int?, Int)]
    )
    func twoDigitYears(digits: String, now: Int?, year: Int) throws {
        let now = try now.map { try #require(HTTPDate(year: $0, month: 6, day: 15, hour: 12)) }
        #expect(HTTPDate("Tuesday, 01-Jun-\(digits) 08:49:37 GMT", now: now)?.components.year == year)
    }

    @Test("exactly 50 years after now is not yet the past, a second more is")
    func fiftyYears() throws {
        let now = try #require(HTTPDate(year: 2024, month: 6, day: 15, hour: 12))
        #expect(HTTPDate("Friday, 15-Jun-74 12:00:00 GMT", now: now)?.components.year == 2074)
        #expect(HTTPDate("Friday, 15-Jun-74 12:00:01 GMT", now: now)?.components.year == 1974)
    }

    @Test("outside the years 0001 to 9999 become the nearest one within")
    func clamping() {
        #expect(HTTPDate(secondsSince1970: .min) == .distantPast)
        #expect(HTTPDate(secondsSince1970: .max) == .distantFuture)
        #expect(HTTPDate.distantPast.description == "Mon, 01 Jan 0001 00:00:00 GMT")
        #expect(HTTPDate.distantFuture.description == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(HTTPDate.distantPast < .distantFuture)
    }

    @Test("do not come from any byte put in place of another")
    func mutations() {
        let text = Array("Sun, 06 Nov 1994 08:49:37 GMT".utf8)
        for index in text.indices {
            for byte in UInt8.min...0x7F {
                var mutated = text
                mutated[index] = byte
                let date = HTTPDate(String(decoding: mutated, as: UTF8.self))
                if let date { #expect(HTTPDate(date.description) == date) }
            }
            #expect(HTTPDate(String(decoding: text[..<index], as: UTF8.self)) == nil)
        }
    }
}
