import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// A conversation over a WebSocket, from the lines of the input to the lines of the output.
struct WebSocketRun {
    private enum Event: Sendable {
        /// A message has been written.
        case message
        /// The server has closed the WebSocket, or the connection is gone.
        case closed
        case inputEnded
        case failed(any Error)
        /// No message has come for a while after the end of the input.
        case silent(messages: Int)
    }

    private let command: WebSocketCommand
    private let url: HTTPURL

    init(_ command: WebSocketCommand) throws {
        self.command = command
        var text = URLArgument.expand(command.target.url)
        // The schemes of HTTP stand for those of WebSockets.
        if text.lowercased().hasPrefix("http") { text = "ws" + text.dropFirst(4) }
        guard let url = HTTPURL(text), ["ws", "wss"].contains(url.scheme) else {
            throw CommandFailure(.usage, "\"\(command.target.url)\" is not the URL of a WebSocket: ws://host/path.")
        }
        self.url = url
    }

    func run() async throws {
        try await command.connection.withClient(for: url, headers: command.target.headers) { client, headers in
            try await converse(try await connect(client, headers))
        }
    }

    private func converse(_ socket: WebSocket) async throws {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        Task { await receive(from: socket, continuation) }
        // Not a child task: reading the input can't be cancelled.
        Task { await send(to: socket, continuation) }
        var messages = 0
        var result: Result<Void, any Error> = .success(())
        // Ends when the task is cancelled, too.
        loop: for await event in events {
            switch event {
            case .message:
                messages += 1
                if messages == command.count { break loop }
            case .inputEnded:
                await watch(messages, continuation)
            case .silent(messages):
                break loop
            case .silent:
                await watch(messages, continuation)
            case .failed(let error):
                result = .failure(error)
                break loop
            case .closed:
                result = Result { try Self.check(socket) }
                break loop
            }
        }
        // In a task of its own, since a cancelled one would not wait for the other side.
        await Task { await socket.close() }.value
        try result.get()
    }

    private func connect(_ client: HTTPClient, _ arguments: [HeaderArgument]) async throws -> WebSocket {
        var headers = HTTPFields()
        headers.apply(arguments)
        return try await WebSocket.connect(
            url.description,
            protocols: command.protocols,
            headers: headers,
            maximumMessageSize: LineSplitter.maximumBytes,
            pingInterval: command.ping?.duration,
            client: client
        )
    }

    // MARK: Messages

    /// Writes each message before it asks for the next one: a server can't fill the memory.
    private func receive(from socket: WebSocket, _ events: AsyncStream<Event>.Continuation) async {
        do {
            var count = 0
            while let message = try await socket.receive() {
                try write(message)
                events.yield(.message)
                count += 1
                if count == command.count { return }
            }
            events.yield(.closed)
        } catch {
            events.yield(.failed(error))
        }
    }

    private func write(_ message: WebSocket.Message) throws {
        switch message {
        case .text(let text):
            guard StandardStream.output.isTerminal else { return try StandardStream.output.write(text + "\n") }
            var harmless = TerminalText()
            let bytes = harmless.process(text.utf8) + harmless.finish() + [0x0A]
            try StandardStream.output.write(ByteBuffer(bytes: bytes))
        case .binary(let bytes):
            try StandardStream.output.write(bytes.readableBytesView.hexadecimal + "\n")
        }
    }

    /// Says later how many messages there had been, unless the program has ended by then.
    private func watch(_ messages: Int, _ events: AsyncStream<Event>.Continuation) async {
        let duration = command.wait?.duration ?? .seconds(1)
        Task {
            try await Task.sleep(for: duration)
            events.yield(.silent(messages: messages))
        }
    }

    private static func check(_ socket: WebSocket) throws {
        switch socket.closeCode {
        case .goingAway? where socket.closeReason == WebSocketClose.unansweredPing.reason:
            throw CommandFailure(.timedOut, "The server has not answered a ping. Try again, or raise --ping.")
        case nil, .normalClosure?, .goingAway?, .noStatusReceived?: return
        case let code?:
            let reason = socket.closeReason.map { $0.isEmpty ? "" : ": \($0)" } ?? ""
            throw CommandFailure(
                code == .abnormalClosure ? .incompleteContent : .failure,
                "The server closed the WebSocket with \(code)\(reason)."
            )
        }
    }

    // MARK: The input

    private func send(to socket: WebSocket, _ events: AsyncStream<Event>.Continuation) async {
        do {
            var lines = LineSplitter()
            for try await piece in InputBytes.standardInput() {
                for line in try lines.process(piece) { try await send(line, to: socket) }
            }
            if let line = try lines.finish() { try await send(line, to: socket) }
            events.yield(.inputEnded)
        } catch WebSocketError.closed {
            // The end of the messages says why.
        } catch {
            events.yield(.failed(error))
        }
    }

    private func send(_ line: String, to socket: WebSocket) async throws {
        guard command.binary else { return try await socket.send(line) }
        guard let bytes = HexadecimalText.bytes(line) else {
            throw CommandFailure(.usage, "\"\(line.prefix(40))\" is not a line of hexadecimal digits, two for a byte.")
        }
        try await socket.send(bytes: bytes)
    }
}
