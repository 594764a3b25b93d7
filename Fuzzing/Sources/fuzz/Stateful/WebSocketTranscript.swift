import HTTPTypes
import HTTPWire
import NIOCore

/// What a WebSocket under test has sent, read by the readers of HTTPWire alone: a head, then frames.
struct WebSocketTranscript {
    private let role: WebSocketRole
    private var frames: WebSocketMessageReader
    private var takenBytes = 0
    private var rest = ByteBuffer()
    private var text: [UInt8] = []

    /// Whether the head is that of a WebSocket.
    private(set) var isWebSocket = false
    /// The messages that are complete.
    private(set) var texts: [String] = []
    private(set) var isClosed = false

    /// - Parameter role: The reader's role, not that of the end under test.
    init(role: WebSocketRole, compresses: Bool) {
        self.role = role
        frames = WebSocketMessageReader(
            role: role,
            maximumMessageSize: nil,
            deflate: compresses ? PerMessageDeflate() : nil
        )
    }

    /// Takes what is new.
    mutating func read(_ peer: PeerSocket) {
        guard peer.received.count > takenBytes else { return }
        rest.writeBytes(peer.received[takenBytes...])
        takenBytes = peer.received.count
        if !isWebSocket { readHead() }
        guard isWebSocket, !isClosed else { return }
        frames.append(rest)
        rest.clear()
        do throws(WebSocketViolation) {
            while try take(frames.next()) {}
        } catch {
            fatalError("frames that are none: \(error)")
        }
    }

    private mutating func readHead() {
        switch role {
        case .client:
            var (rest, parser) = (rest, ResponseHeadParser())
            guard let head = (try? parser.parse(&rest, requestMethod: .get)) ?? nil, head.statusCode == 101 else {
                return
            }
            self.rest = rest
            isWebSocket = true
        case .server:
            var parser = RequestHeadParser()
            isWebSocket = ((try? parser.parse(&rest)) ?? nil) != nil
        }
    }

    private mutating func take(_ event: WebSocketMessageReader.Event) -> Bool {
        switch event {
        case .needsMoreBytes: return false
        case .ping, .pong: return true
        case .close:
            isClosed = true
            return false
        case .part(let part):
            text += part.bytes.readableBytesView
            guard part.isLast else { return true }
            texts.append(String(decoding: text, as: UTF8.self))
            text = []
            return true
        }
    }
}
