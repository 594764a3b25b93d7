import HTTPTypes
import HTTPWire
import NIOCore

/// Reads the bytes of an HTTP/1.1 connection in both directions, and says what was exchanged. A plain value without a
/// socket: bytes may arrive in any pieces.
struct HTTP1Conversation: Sendable {
    /// How many requests may wait for their responses. With more, the rest of the connection is not recorded.
    static let openLimit = 64
    /// How many bytes may wait for a response that switches the protocol.
    private static let heldLimit = 65_536

    private struct Open {
        let number: Int
        let method: HTTPRequest.Method
        var request = WireMessageRecorder()
        var response = WireMessageRecorder()
        var note: String?
    }

    private enum Mode {
        case http
        /// The client's next bytes are for another protocol, if the response agrees to it.
        case awaitsAnswer
        /// Another protocol has taken over.
        case switched(received: Int, sent: Int)
        /// The client has sent a head that is malformed, or that the server did not wait for, and nothing after it counts.
        case inBadHead
        /// The client's bytes can't be read any more.
        case deaf
        /// Nothing is recorded any more.
        case over
    }

    /// The exchanges that have changed since they were taken, by their numbers.
    private(set) var changes: [Int: WireExchange] = [:]
    /// The exchanges that are not complete, oldest first.
    private var open: [Open] = []
    private var count = 0
    private var mode = Mode.http

    private var requestBytes = ByteBuffer()
    private var requestParser = RequestHeadParser()
    private var requestContent: BodyDecoder?
    private var responseBytes = ByteBuffer()
    private var responseParser = ResponseHeadParser()
    private var responseContent: BodyDecoder?

    mutating func takeChanges() -> [Int: WireExchange] {
        defer { changes = [:] }
        return changes
    }

    // MARK: Requests

    /// The client has sent these bytes.
    mutating func receive(_ bytes: ByteBuffer) {
        switch mode {
        case .switched(let received, let sent):
            countSwitched(received + bytes.readableBytes, sent)
        case .deaf, .over:
            break
        case .inBadHead:
            requestBytes.writeImmutableBuffer(bytes)
            showBadHead()
        case .http, .awaitsAnswer:
            requestBytes.writeImmutableBuffer(bytes)
            readRequests()
            requestBytes.discardReadBytes()
        }
    }

    private mutating func readRequests() {
        do throws(HTTPParseError) {
            while case .http = mode, try readRequest() {}
            if requestBytes.readableBytes > Self.heldLimit, case .awaitsAnswer = mode { mode = .over }
        } catch {
            mode = .deaf
            if requestContent == nil { beginBadHead() }
            change(open.count - 1) { $0.note = "The request is malformed: \(error)." }
        }
    }

    /// Whether there may be more.
    private mutating func readRequest() throws(HTTPParseError) -> Bool {
        if requestContent != nil {
            switch try requestContent?.decode(&requestBytes) {
            case .data(let bytes):
                change(open.count - 1) { $0.request.add(content: bytes) }
                return true
            case .end:
                requestContent = nil
                change(open.count - 1) { $0.request.end() }
                return true
            case .needsMoreBytes, nil:
                return false
            }
        }
        let before = requestBytes
        guard let head = try requestParser.parse(&requestBytes) else { return false }
        guard open.count < Self.openLimit else {
            mode = .over
            return false
        }
        open.append(Open(number: count, method: head.method))
        count += 1
        let bytes = before.readableBytesView.prefix(before.readableBytes - requestBytes.readableBytes)
        change(open.count - 1) { exchange in
            // A server ignores empty lines in front of a request (RFC 9112 section 2.2).
            exchange.request.add(
                head: bytes.drop { $0 == 0x0A || $0 == 0x0D },
                fields: head.fields.makeHTTPFields()
            )
            if !head.framing.hasContent { exchange.request.end() }
        }
        if head.framing.hasContent { requestContent = BodyDecoder(framing: head.framing) }
        if head.requestsUpgrade || head.method == .connect { mode = .awaitsAnswer }
        return true
    }

    /// Begins an exchange with what has arrived of a head that is malformed or not complete.
    private mutating func beginBadHead() {
        mode = .inBadHead
        open.append(Open(number: count, method: .get))
        count += 1
        showBadHead()
    }

    /// Shows what has arrived of it, up to an empty line: what follows may be a form with a password.
    private mutating func showBadHead() {
        let bytes = Array(requestBytes.readableBytesView.prefix(WireMessageRecorder.headLimit + 1))
        var end = 0
        var isLineEmpty = false
        while end < bytes.count {
            if bytes[end] == 0x0A {
                if isLineEmpty { break }
                isLineEmpty = true
            } else if bytes[end] != 0x0D {
                isLineEmpty = false
            }
            end += 1
        }
        if end < bytes.count || bytes.count > WireMessageRecorder.headLimit {
            mode = .deaf
            requestBytes = ByteBuffer()
        }
        change(open.count - 1) { $0.request.replace(head: Array(bytes[..<end])) }
    }

    // MARK: Responses

    /// The server has sent these bytes.
    mutating func send(_ bytes: ByteBuffer) {
        switch mode {
        case .switched(let received, let sent):
            countSwitched(received, sent + bytes.readableBytes)
        case .over:
            break
        case .http, .awaitsAnswer, .inBadHead, .deaf:
            responseBytes.writeImmutableBuffer(bytes)
            // An answer to a head that has not arrived completely.
            if open.isEmpty, responseBytes.readableBytes > 0 { beginBadHead() }
            do throws(HTTPParseError) {
                while try readResponse() {}
            } catch {
                mode = .over
            }
            responseBytes.discardReadBytes()
        }
    }

    /// Whether there may be more.
    private mutating func readResponse() throws(HTTPParseError) -> Bool {
        guard let index = open.firstIndex(where: { !$0.response.message.isComplete }) else { return false }
        if responseContent != nil {
            switch try responseContent?.decode(&responseBytes) {
            case .data(let bytes):
                change(index) { $0.response.add(content: bytes) }
                return true
            case .end:
                endResponse(index)
                return true
            case .needsMoreBytes, nil:
                return false
            }
        }
        let before = responseBytes
        guard let head = try responseParser.parse(&responseBytes, requestMethod: open[index].method) else {
            return false
        }
        let bytes = before.readableBytesView.prefix(before.readableBytes - responseBytes.readableBytes)
        change(index) { $0.response.add(head: bytes, fields: head.fields.makeHTTPFields()) }
        if switches(head, open[index].method) {
            mode = .switched(received: 0, sent: 0)
            endResponse(index)
            let (received, sent) = (requestBytes.readableBytes, responseBytes.readableBytes)
            countSwitched(received, sent)
            (requestBytes, responseBytes) = (ByteBuffer(), ByteBuffer())
            return false
        }
        if head.statusCode < 200 { return true }
        if head.framing.hasContent {
            responseContent = BodyDecoder(framing: head.framing, isResponse: true)
        } else {
            endResponse(index)
        }
        if case .awaitsAnswer = mode {
            mode = .http
            readRequests()
        }
        return true
    }

    private func switches(_ head: ResponseHead, _ method: HTTPRequest.Method) -> Bool {
        head.statusCode == 101 || (method == .connect && (200..<300).contains(head.statusCode))
    }

    private mutating func endResponse(_ index: Int) {
        responseContent = nil
        change(index) { $0.response.end() }
        // The one after a switch stays, for what is counted.
        if case .switched = mode { return }
        open.removeAll { $0.request.message.isComplete && $0.response.message.isComplete }
    }

    // MARK: Changes

    private mutating func countSwitched(_ received: Int, _ sent: Int) {
        mode = .switched(received: received, sent: sent)
        change(open.count - 1) {
            $0.note = "Then another protocol: \(received) bytes from the client, \(sent) from the server."
        }
    }

    private mutating func change(_ index: Int, _ body: (inout Open) -> Void) {
        guard open.indices.contains(index) else { return }
        body(&open[index])
        let exchange = open[index]
        changes[exchange.number] = WireExchange(
            version: .http1,
            request: exchange.request.message,
            response: exchange.response.message,
            note: exchange.note
        )
    }
}
