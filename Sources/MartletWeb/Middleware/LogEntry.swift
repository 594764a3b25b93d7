import HTTPTypes
import HTTPWire
import Martlet

/// The facts about one request and its response that are logged.
struct LogEntry: Sendable {
    private let request: HTTPServerRequest
    /// Read at the start: once the connection is closed, it is no longer known.
    private let address: InternetAddress?
    private let began: ContinuousClock.Instant

    init(_ request: HTTPServerRequest, began: ContinuousClock.Instant) {
        self.request = request
        self.began = began
        address = request.remoteAddress
    }

    /// The line, with its line feed.
    func line(_ format: RequestLog.Format, _ summary: HTTPResponseSummary, clock: LogClock) -> String {
        // nginx's code for a request whose client closed the connection before it got an answer.
        let status = summary.status?.code ?? 499
        let address = address.map(\.host) ?? ""
        let moment = clock.now
        switch format {
        case .common, .combined:
            var line = address.isEmpty ? "-" : Self.escaped(address, spaces: false)
            line += " - - [\(moment.common)] \"\(Self.escaped(request.method.rawValue)) "
            line += "\(Self.escaped(request.target)) HTTP/\(request.version)\" \(status) "
            line += summary.contentBytes == 0 ? "-" : "\(summary.contentBytes)"
            if format == .combined {
                line += " \"\(request.headers[.referer].map { Self.escaped($0) } ?? "-")\""
                line += " \"\(request.headers[.userAgent].map { Self.escaped($0) } ?? "-")\""
            }
            return line + "\n"
        case .json:
            let duration = began.duration(to: .now).components
            let microseconds = duration.seconds * 1_000_000 + duration.attoseconds / 1_000_000_000_000
            let fraction = String(microseconds % 1_000)
            let zeros = String(repeating: "0", count: 3 - fraction.utf8.count)
            var line = "{\"time\":\"\(moment.iso8601)\",\"address\":\(Markup.jsonString(address))"
            line += ",\"method\":\(Markup.jsonString(request.method.rawValue))"
            line += ",\"target\":\(Markup.jsonString(request.target))"
            if let route = request.route { line += ",\"route\":\(Markup.jsonString(route))" }
            if let id = request.requestID { line += ",\"id\":\(Markup.jsonString(id))" }
            if let trace = request.headers.traceContext { line += ",\"trace\":\"\(trace.traceID)\"" }
            for (key, name) in [("host", HTTPField.Name.hostField), ("referer", .referer), ("userAgent", .userAgent)] {
                if let value = request.headers[name] { line += ",\"\(key)\":\(Markup.jsonString(value))" }
            }
            line += ",\"status\":\(status),\"bytes\":\(summary.contentBytes)"
            line += ",\"milliseconds\":\(microseconds / 1_000).\(zeros)\(fraction)"
            line += ",\"complete\":\(summary.isComplete)}\n"
            return line
        }
    }

    /// A text for use between quotes on a line: what could end either, or control a terminal, is escaped as a number,
    /// as by nginx and Apache.
    static func escaped(_ text: String, spaces: Bool = true) -> String {
        func isHarmless(_ byte: UInt8) -> Bool {
            byte > 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x5C || byte == 0x20 && spaces
        }
        guard !text.utf8.allSatisfy(isHarmless) else { return text }
        var escaped = ""
        for byte in text.utf8 {
            if isHarmless(byte) {
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += digits.utf8.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
            }
        }
        return escaped
    }
}
