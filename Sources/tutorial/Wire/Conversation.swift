import HTTPWire
import NIOCore

/// Reads the bytes of a connection in both directions, whatever version of HTTP it speaks, and says what was exchanged.
/// A plain value without a socket: bytes may arrive in any pieces.
struct Conversation: Sendable {
    private enum Version {
        /// The bytes so far don't tell yet.
        case unknown(received: ByteBuffer, sent: ByteBuffer)
        case http1(HTTP1Conversation)
        case http2(HTTP2Conversation)
    }

    private var version = Version.unknown(received: ByteBuffer(), sent: ByteBuffer())

    /// The client has sent these bytes.
    ///
    /// - Returns: The exchanges that have changed, by their numbers in the connection.
    mutating func receive(_ bytes: ByteBuffer) -> [Int: WireExchange] {
        switch version {
        case .unknown(var received, let sent):
            received.writeImmutableBuffer(bytes)
            return decide(received, sent)
        case .http1(var conversation):
            release()
            conversation.receive(bytes)
            return keep(&conversation)
        case .http2(var conversation):
            release()
            conversation.receive(bytes)
            return keep(&conversation)
        }
    }

    /// The server has sent these bytes.
    ///
    /// - Returns: The exchanges that have changed, by their numbers in the connection.
    mutating func send(_ bytes: ByteBuffer) -> [Int: WireExchange] {
        switch version {
        case .unknown(let received, var sent):
            // A server begins HTTP/2 over TLS before it has heard anything.
            sent.writeImmutableBuffer(bytes)
            return decide(received, sent)
        case .http1(var conversation):
            release()
            conversation.send(bytes)
            return keep(&conversation)
        case .http2(var conversation):
            release()
            conversation.send(bytes)
            return keep(&conversation)
        }
    }

    /// Continues as one of the versions as soon as it is clear which (RFC 9113 section 3.4).
    private mutating func decide(_ received: ByteBuffer, _ sent: ByteBuffer) -> [Int: WireExchange] {
        let preface = HTTP2FrameReader.preface
        let beginning = received.readableBytesView.prefix(preface.count)
        let isHTTP1 = !preface.starts(with: beginning) || sent.readableBytesView.starts(with: "HTTP/".utf8)
        if isHTTP1 {
            var conversation = HTTP1Conversation()
            conversation.receive(received)
            if sent.readableBytes > 0 { conversation.send(sent) }
            return keep(&conversation)
        }
        guard beginning.count == preface.count else {
            version = .unknown(received: received, sent: sent)
            return [:]
        }
        var conversation = HTTP2Conversation()
        conversation.receive(received)
        if sent.readableBytes > 0 { conversation.send(sent) }
        return keep(&conversation)
    }

    /// Lets go of the conversation, so that a change of it copies nothing.
    private mutating func release() {
        version = .unknown(received: ByteBuffer(), sent: ByteBuffer())
    }

    private mutating func keep(_ conversation: inout HTTP1Conversation) -> [Int: WireExchange] {
        let changes = conversation.takeChanges()
        version = .http1(conversation)
        return changes
    }

    private mutating func keep(_ conversation: inout HTTP2Conversation) -> [Int: WireExchange] {
        let changes = conversation.takeChanges()
        version = .http2(conversation)
        return changes
    }
}
