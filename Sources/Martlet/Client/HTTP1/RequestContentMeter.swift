/// Checks that the content of a request is as long as its head says.
struct RequestContentMeter {
    private let framing: OutgoingRequest.Framing
    private var written = 0
    /// Whether the content is complete.
    private(set) var isEnded: Bool

    /// A meter for content with this framing.
    init(_ framing: OutgoingRequest.Framing = .none) {
        self.framing = framing
        self.isEnded = framing == .none
    }

    /// Checks content of which all is known.
    static func check(_ content: OutgoingContent, _ framing: OutgoingRequest.Framing) throws(HTTPClientError) {
        var meter = RequestContentMeter(framing)
        if content.byteCount > 0 { try meter.add(content.byteCount) }
        try meter.end()
    }

    /// Whether the end of the content must be marked.
    var isChunked: Bool { framing == .chunked }

    /// Counts `count` bytes, of which there is at least one. When it throws, they must not be sent.
    mutating func add(_ count: Int) throws(HTTPClientError) {
        switch framing {
        case .none:
            throw .contentNotAllowed
        case .contentLength(let announced):
            guard count <= announced - written else {
                throw .contentLengthExceeded(announced: announced, written: written + count)
            }
            // This must not wait for ``end()``: the server can answer before that is called.
            isEnded = written + count == announced
        case .chunked:
            guard !isEnded else { throw .requestEnded }
        }
        written += count
    }

    /// Nothing more will be added.
    mutating func end() throws(HTTPClientError) {
        guard !isEnded else { return }
        if case .contentLength(let announced) = framing, written != announced {
            throw .contentLengthNotReached(announced: announced, written: written)
        }
        isEnded = true
    }
}
