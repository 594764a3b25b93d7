import Foundation
import Martlet
import Synchronization

/// One of the clients of a load test.
final class LoadClient: Sendable {
    /// The messages that a client has received.
    struct Tally: Sendable {
        var joined = false
        /// The numbers of the load test's messages that have arrived.
        var numbers: Set<Int> = []
        var doubled = 0
        /// How many messages did not have the sequence number after the previous one.
        var misplaced = 0
        var lastSequence: Int?
        /// From sending to receiving, in microseconds.
        var latencies: [UInt32] = []
        var problems: [String] = []
        /// Why the connection has ended; nil while it is open.
        var end: String?
    }

    let name: String
    private let socket: WebSocket
    private let state = Mutex(Tally())

    /// Connects and joins.
    static func join(_ url: String, as name: String, client: HTTPClient) async throws -> LoadClient {
        let load = LoadClient(try await WebSocket.connect(url, compression: .off, client: client), name: name)
        try await load.socket.send(#"{"type":"join","name":"\#(name)"}"#)
        return load
    }

    private init(_ socket: WebSocket, name: String) {
        self.socket = socket
        self.name = name
    }

    var tally: Tally { state.withLock { $0 } }

    /// How many messages of the load test have arrived.
    var count: Int { state.withLock { $0.numbers.count } }

    func say(number: Int, size: Int) async {
        let text = LoadMark.text(number: number, sentAt: Self.now, size: size)
        try? await socket.send(#"{"type":"say","id":"\#(MessageID())","text":"\#(text)"}"#)
    }

    /// Sends a ping every few seconds, as the page does, until the load test is over.
    func stay() async {
        do {
            while true {
                try await Task.sleep(for: .seconds(Double.random(in: 8...12)))
                try await socket.send(#"{"type":"ping"}"#)
            }
        } catch {
            // Cancelled, or closed, which the reading side reports.
        }
    }

    /// Reads until the connection ends.
    func read() async {
        do {
            while case .text(let json)? = try await socket.receive() { take(json) }
        } catch {
            // Cancelled at the end of the load test.
        }
        note("closed with \(socket.closeCode.map { "\($0)" } ?? "no code") \(socket.closeReason ?? "")")
    }

    /// Waits for the end of a connection that is not read.
    func watch() async {
        while socket.readyState == .open, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(100)) }
        guard socket.readyState != .open else { return note("still connected") }
        note("closed with \(socket.closeCode.map { "\($0)" } ?? "no code") \(socket.closeReason ?? "")")
    }

    func close() async {
        await socket.close()
    }

    private func note(_ end: String) {
        state.withLock { $0.end = $0.end ?? end }
    }

    private func take(_ json: String) {
        let now = Self.now
        let mark = LoadMark(json)
        state.withLock { tally in
            guard let mark else {
                if json.contains(#""type":"welcome""#) { tally.joined = true }
                if json.contains(#""type":"problem""#) { tally.problems.append(json) }
                return
            }
            if json.contains(#""type":"history""#) { return }
            if let last = tally.lastSequence, mark.sequence != last + 1 { tally.misplaced += 1 }
            tally.lastSequence = mark.sequence
            if tally.numbers.insert(mark.number).inserted {
                tally.latencies.append(UInt32(clamping: (now - mark.sentAt) / 1_000))
            } else {
                tally.doubled += 1
            }
        }
    }

    /// The machine's clock, in nanoseconds.
    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }
}
