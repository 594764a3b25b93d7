/// Draws a ``ProgressLine`` on a terminal, over and over at the same place.
struct ProgressBar {
    /// Often enough to look alive, seldom enough to cost nothing.
    private static let interval = Duration.milliseconds(100)

    private let line: ProgressLine
    private let stream: StandardStream
    private let start = ContinuousClock.now
    private let written: Int
    private var lastDrawing: ContinuousClock.Instant?

    /// - Parameter written: How many bytes were there before.
    init(name: String, written: Int = 0, stream: StandardStream = .error) {
        // A line that fills the last column would make some terminals begin another.
        self.line = ProgressLine(name: TerminalText.line(name), width: (stream.columns ?? 80) - 1)
        self.stream = stream
        self.written = written
    }

    private var elapsed: Duration { ContinuousClock.now - start }

    /// Shows how many bytes there are now, unless that was done a moment ago.
    mutating func update(written: Int, total: Int?) {
        let now = ContinuousClock.now
        if let lastDrawing, now - lastDrawing < Self.interval { return }
        lastDrawing = now
        draw(line.running(written: written, total: total, received: written - self.written, elapsed: elapsed))
    }

    /// Shows the last figures, and leaves them there.
    func finish(written: Int) {
        draw(line.finished(written: written, received: written - self.written, elapsed: elapsed), end: "\n")
    }

    /// Leaves nothing behind.
    func erase() {
        draw("")
    }

    private func draw(_ text: String, end: String = "") {
        // Where the terminal has gone, nobody misses the drawing.
        try? stream.write("\r\(text)\u{1B}[K\(end)")
    }
}
