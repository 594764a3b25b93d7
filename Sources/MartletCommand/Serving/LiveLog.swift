import CLibrary
import Martlet
import MartletWeb
import Synchronization

/// A log for people: one line for each completed request.
///
///     15:04:05 200 GET /falcon.iso  33.2 MiB  2841.7 ms  192.168.1.7
struct LiveLog: Middleware {
    let colours: Bool
    let output: LogOutput
    private let clock = WallClock()

    init(colours: Bool, output: LogOutput) {
        self.colours = colours
        self.output = output
    }

    /// Wraps a handler in the log.
    func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            // Once the connection is closed, the address is unknown.
            let (address, began) = (request.remoteAddress?.host, ContinuousClock.now)
            request.response.onCompletion { summary in
                let line = LiveLogLine(
                    time: clock.now,
                    method: request.method.rawValue,
                    target: request.target,
                    status: summary.status?.code,
                    byteCount: summary.contentBytes,
                    isComplete: summary.isComplete,
                    duration: ContinuousClock.now - began,
                    address: address
                )
                output.write(line.text(colours: colours))
            }
            try await handler(request)
        }
    }
}

/// One line of the log: facts in, text out.
struct LiveLogLine {
    let time: String
    let method: String
    let target: String
    /// Nil if the client has gone before it got a response.
    let status: Int?
    let byteCount: Int
    let isComplete: Bool
    let duration: Duration
    let address: String?

    /// The line, with its line feed.
    func text(colours: Bool) -> String {
        // As in nginx and RequestLog.
        let status = status ?? 499
        var code = "\(status)"
        if colours, let role = Self.role(status) { code = Palette.paint(code, as: role) }
        var line = "\(time) \(code) \(Self.harmless(method)) \(Self.harmless(target))"
        if byteCount > 0 { line += "  \(ByteCount(byteCount))" }
        line += "  \((duration.inSeconds * 1000).tenths) ms"
        if let address { line += "  \(address)" }
        if !isComplete { line += "  incomplete" }
        return line + "\n"
    }

    private static func role(_ status: Int) -> Palette.Role? {
        switch status {
        case 200..<300: .success
        case 300..<400: .redirect
        case 400...: .failure
        default: nil
        }
    }

    /// Text from a client, without characters that could control a terminal.
    private static func harmless(_ text: String) -> String {
        text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } ? text : TerminalText.line(text)
    }
}

/// The local time of day. It is formatted once a second.
private final class WallClock: Sendable {
    private let last = Mutex<(second: Int, text: String)>((.min, ""))

    /// The current time, such as `15:04:05`.
    var now: String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return last.withLock { last in
            if last.second != time.tv_sec {
                var parts = tm()
                localtime_r(&time.tv_sec, &parts)
                let words = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }
                last = (time.tv_sec, words.joined(separator: ":"))
            }
            return last.text
        }
    }
}
