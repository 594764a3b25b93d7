import Foundation
import Martlet
import Synchronization

/// One of the clients of a load test.
final class LoadClient: Sendable {
    /// How long a client waits at most before it comes back.
    private static let pause = Duration.seconds(1)

    let name: String
    private let url: String
    private let client: HTTPClient
    /// Whether the client comes back when its connection ends, and sends again what was not accepted.
    private let returns: Bool
    /// Proves that the client is the same when it comes back.
    private let key = MessageID().description
    private let socket = Mutex<WebSocket?>(nil)
    private let state = Mutex(LoadTally())

    init(_ url: String, as name: String, client: HTTPClient, returns: Bool) {
        (self.url, self.name, self.client, self.returns) = (url, name, client, returns)
    }

    var tally: LoadTally { state.withLock { $0 } }

    /// How many messages of the load test have arrived.
    var count: Int { state.withLock { $0.numbers.count } }

    // MARK: The connection

    /// Connects and joins.
    func join() async throws {
        let socket = try await WebSocket.connect(url, compression: .off, client: client)
        self.socket.withLock { $0 = socket }
        let after = state.withLock { $0.lastSequence }.map { #","after":\#($0)"# } ?? ""
        try await socket.send(#"{"type":"join","name":"\#(name)","key":"\#(key)"\#(after)}"#)
    }

    /// Reads until the load test is over, and comes back if that is wanted.
    func read() async {
        while true {
            await readToEnd()
            guard returns, !Task.isCancelled else { return }
            state.withLock { $0.returns += 1 }
            repeat {
                try? await Task.sleep(for: Self.pause * Double.random(in: 0.1...1))
                if Task.isCancelled { return }
            } while (try? await join()) == nil
        }
    }

    private func readToEnd() async {
        guard let socket = socket.withLock({ $0 }) else { return }
        do {
            while case .text(let json)? = try await socket.receive() { try await take(json, on: socket) }
        } catch {
            // Cancelled at the end of the load test, or the history could not be had.
            await socket.close()
        }
        guard !returns else { return }
        note("closed with \(socket.closeCode.map { "\($0)" } ?? "no code") \(socket.closeReason ?? "")")
    }

    /// Waits for the end of a connection that is not read.
    func watch() async {
        guard let socket = socket.withLock({ $0 }) else { return }
        while socket.readyState == .open, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(100)) }
        guard socket.readyState != .open else { return note("still connected") }
        note("closed with \(socket.closeCode.map { "\($0)" } ?? "no code") \(socket.closeReason ?? "")")
    }

    /// Sends a ping every few seconds, as the page does, until the load test is over.
    func stay() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(Double.random(in: 8...12)))
            await send(#"{"type":"ping"}"#)
        }
    }

    func close() async {
        await socket.withLock { $0 }?.close()
    }

    private func note(_ end: String) {
        state.withLock { $0.end = $0.end ?? end }
    }

    private func send(_ json: String) async {
        // If the connection is gone, it is sent again when the client is back.
        try? await socket.withLock { $0 }?.send(json)
    }

    // MARK: Messages

    func say(number: Int, size: Int) async {
        let text = LoadMark.text(number: number, sentAt: LoadTally.now, size: size)
        let json = #"{"type":"say","id":"\#(MessageID())","text":"\#(text)"}"#
        if returns { state.withLock { $0.pending[number] = json } }
        await send(json)
    }

    /// Sends again what has not come back.
    private func sendPending() async {
        for json in state.withLock({ $0.pending.sorted { $0.key < $1.key }.map(\.value) }) { await send(json) }
    }

    private func take(_ json: String, on socket: WebSocket) async throws {
        let now = LoadTally.now
        if let mark = LoadMark(json), !json.contains(#""type":"history""#) {
            return state.withLock { $0.take(mark, at: now) }
        }
        if json.contains(#""type":"welcome""#) { return state.withLock { $0.joined = true } }
        if json.contains(#""type":"problem""#) { return await refused(json) }
        if json.contains(#""type":"history""#), let last = state.withLock({ $0.lastSequence }) {
            let history = try JSONDecoder().decode(History.self, from: Data(json.utf8))
            if history.resumed { take(history.messages, at: now) } else { try await catchUp(after: last) }
            await sendPending()
        }
    }

    private struct History: Decodable {
        var messages: [ChatMessage]
        var resumed: Bool
    }

    private func take(_ messages: [ChatMessage], at now: Int) {
        state.withLock { tally in
            for message in messages {
                if let mark = LoadMark(message) {
                    tally.take(mark, at: now)
                } else {
                    tally.lastSequence = message.sequence
                }
            }
        }
    }

    /// Reads what the server no longer has in memory.
    private func catchUp(after place: Int) async throws {
        var place = place
        while true {
            // The same place over HTTP.
            let history = HTTPURL("http" + url.dropFirst(2))?.resolving("/history?after=\(place)&limit=200")
            guard let history else { return }
            let page = try await client.get(history.description).success().json(HistoryAnswer.Page.self)
            take(page.messages, at: LoadTally.now)
            guard page.more, let last = page.messages.last?.sequence else { return }
            place = last
        }
    }

    private func refused(_ json: String) async {
        state.withLock { $0.problems.append(json) }
        guard returns, let problem = try? JSONDecoder().decode(ChatProblem.self, from: Data(json.utf8)) else { return }
        switch problem.code {
        case .busy, .notStored, .tooFast:
            try? await Task.sleep(for: .milliseconds(problem.retryAfter ?? 1_000))
            if problem.id == nil { await close() } else { await sendPending() }
        default:
            // The name is still in use, for example: the client comes back later.
            await close()
        }
    }
}
