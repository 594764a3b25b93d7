/// Draws a ``ProgressLine`` on a terminal, repeatedly in the same place.
struct ProgressBar {
    /// Often enough to look alive, rarely enough to cost nothing.
    private static let interval = Duration.milliseconds(100)

    private let line: ProgressLine
    private let stream: StandardStream
    private let start = ContinuousClock.now
    private let written: Int
    private var lastDrawing: ContinuousClock.Instant?

    /// - Parameter written: How many bytes an earlier download has left.
    init(name: String, written: Int = 0, stream: StandardStream = .error) {
        // A line that fills the last column makes some terminals begin another one.
        self.line = ProgressLine(name: TerminalText.line(name), width: (stream.columns ?? 80) - 1)
        self.stream = stream
        self.written = written
    }

    private var elapsed: Duration { ContinuousClock.now - start }

    /// Shows how many bytes have been written, unless that was done a moment ago.
    mutating func update(written: Int, total: Int?) {
        let now = ContinuousClock.now
        if let lastDrawing, now - lastDrawing < Self.interval { return }
        lastDrawing = now
        draw(line.running(written: written, total: total, received: written - self.written, elapsed: elapsed))
    }

    /// Shows the final figures, and leaves them there.
    func finish(written: Int) {
        draw(line.finished(written: written, received: written - self.written, elapsed: elapsed), end: "\n")
    }

    /// Removes the line.
    func erase() {
        draw("")
    }

    private func draw(_ text: String, end: String = "") {
        // If the terminal has gone, the line is not missed.
        try? stream.write("\r\(text)\u{1B}[K\(end)")
    }
}
