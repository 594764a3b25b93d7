import CLibrary
import HTTPWire
import Synchronization

/// The time of day as logs write it, in UTC. It is put into words once a second.
final class LogClock: Sendable {
    /// A second as text.
    struct Moment: Sendable {
        /// `10/Oct/2000:13:55:36 +0000`.
        var common = ""
        /// `2000-10-10T13:55:36Z`.
        var iso8601 = ""
        fileprivate var second = Int64.min
    }

    private let last = Mutex(Moment())

    /// The current second.
    var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let second = Int64(time.tv_sec)
        return last.withLock { last in
            if last.second != second { last = Moment(second: second) }
            return last
        }
    }
}

extension LogClock.Moment {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The text for a second since 1970.
    init(second: Int64) {
        func padded(_ number: Int, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
        }
        let date = HTTPDate(secondsSince1970: second).components
        let (year, day) = (padded(date.year, 4), padded(date.day))
        let time = "\(padded(date.hour)):\(padded(date.minute)):\(padded(date.second))"
        self.second = second
        // `month` is 1 to 12.
        common = "\(day)/\(Self.months[date.month - 1])/\(year):\(time) +0000"
        iso8601 = "\(year)-\(padded(date.month))-\(day)T\(time)Z"
    }
}
