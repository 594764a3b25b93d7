import HTTPTypes
import NIOCore
import Synchronization

/// Measures one request for the metrics hook. Its members can be called from anywhere.
final class MetricsRecorder: Sendable {
    private struct State {
        var metrics: HTTPClientMetrics
        var isReported = false
        /// Whether the present attempt is the last, so that its end is the request's.
        var isFinal = false
        var hasEnded = false
    }

    private let time: TimeSource
    private let begin: NIODeadline
    private let state: Mutex<State>
    private let report: @Sendable (HTTPClientMetrics) -> Void

    init(
        method: HTTPRequest.Method,
        url: String,
        time: TimeSource,
        report: @escaping @Sendable (HTTPClientMetrics) -> Void
    ) {
        self.time = time
        self.begin = time.now
        self.state = Mutex(State(metrics: HTTPClientMetrics(method: method, url: url)))
        self.report = report
    }

    private var elapsed: Duration { Duration(time.now - begin) }

    func assigned(to connection: ConnectionIdentity, isReused: Bool) {
        let elapsed = elapsed
        let timing = connection.timing
        state.withLock { state in
            state.hasEnded = false
            if state.metrics.queue == .zero { state.metrics.queue = elapsed }
            state.metrics.isConnectionReused = isReused
            guard !isReused else { return }
            state.metrics.nameLookup = timing.nameLookup
            state.metrics.connect = timing.connect
        }
    }

    func sent(_ count: Int) {
        state.withLock { $0.metrics.bytesSent += count }
    }

    func received(_ count: Int) {
        state.withLock { $0.metrics.bytesReceived += count }
    }

    func receivedHead() {
        let elapsed = elapsed
        state.withLock { $0.metrics.firstByte = elapsed }
    }

    /// An attempt is over.
    func ended(_ error: (any Error)? = nil) {
        let isLast = state.withLock { state in
            state.hasEnded = true
            if error != nil { state.metrics.error = error }
            return state.isFinal
        }
        if isLast { finish() }
    }

    /// Another attempt begins.
    func repeats() {
        state.withLock { state in
            state.metrics.attempts += 1
            state.metrics.error = nil
        }
    }

    /// The response of the present attempt is the one that the caller gets.
    func isFinal(_ status: HTTPResponse.Status) {
        let hasEnded = state.withLock { state in
            state.metrics.status = status
            state.isFinal = true
            return state.hasEnded
        }
        if hasEnded { finish() }
    }

    /// The request has failed for good.
    func failed(_ error: any Error) {
        state.withLock { $0.metrics.error = error }
        finish()
    }

    private func finish() {
        let elapsed = elapsed
        let metrics = state.withLock { state -> HTTPClientMetrics? in
            guard !state.isReported else { return nil }
            state.isReported = true
            state.metrics.total = elapsed
            return state.metrics
        }
        if let metrics { report(metrics) }
    }
}

/// How long the making of a connection took.
struct ConnectTiming: Sendable {
    var nameLookup: Duration?
    var connect: Duration?
}
