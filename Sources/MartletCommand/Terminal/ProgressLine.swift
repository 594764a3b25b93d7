/// The line that shows the progress of a download.
///
///     falcon.iso   52% [#########.........] 33.2 MiB of 64.0 MiB, 12.1 MiB/s, 3 s left
///
/// A plain value: figures in, text out.
struct ProgressLine {
    /// The bar has at least this many characters, or is omitted.
    private static let minimumBar = 10
    private static let maximumBar = 40

    let name: String
    /// The available width in characters.
    let width: Int

    /// The line during a download.
    ///
    /// - Parameters:
    ///   - written: How many bytes have been written.
    ///   - total: The total number of bytes, if known.
    ///   - received: How many of them have arrived during `elapsed`, which gives the speed.
    func running(written: Int, total: Int?, received: Int, elapsed: Duration) -> String {
        let seconds = elapsed.inSeconds
        let speed = seconds > 0 ? Double(received) / seconds : 0
        let rate = ", \(ByteCount(speed))/s"
        guard let total, total > 0 else { return fit("\(name)  \(ByteCount(written))\(rate)") }
        let share = min(Double(written) / Double(total), 1)
        let left = speed > 0 ? ", \(Self.time(Double(max(total - written, 0)) / speed)) left" : ""
        return line(share: share, figures: "\(ByteCount(written)) of \(ByteCount(total))\(rate)\(left)")
    }

    /// The line when a download is complete.
    func finished(written: Int, received: Int, elapsed: Duration) -> String {
        let seconds = elapsed.inSeconds
        let rate = seconds > 0 ? ", \(ByteCount(Double(received) / seconds))/s" : ""
        return line(share: 1, figures: "\(ByteCount(written)) in \(Self.time(seconds))\(rate)")
    }

    private func line(share: Double, figures: String) -> String {
        let percent = "\(Int(share * 100))%"
        let padding = String(repeating: " ", count: 4 - percent.count)
        let start = "\(name)  \(padding)\(percent) "
        let room = min(width - start.count - figures.count - 3, Self.maximumBar)
        guard room >= Self.minimumBar else { return fit(start + figures) }
        let full = Int(share * Double(room))
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: room - full)
        return fit("\(start)[\(bar)] \(figures)")
    }

    private func fit(_ line: String) -> String {
        String(line.prefix(max(width, 0)))
    }

    private static func time(_ seconds: Double) -> String {
        if seconds < 9.95 { return "\(seconds.tenths) s" }
        // A server that sends a byte a day must not cause an overflow.
        let whole = Int(min(seconds.rounded(), 3_599_999))
        if whole < 60 { return "\(whole) s" }
        let (minutes, rest) = (whole / 60 % 60, whole % 60)
        return whole < 3600 ? "\(minutes) min \(rest) s" : "\(whole / 3600) h \(minutes) min"
    }
}
