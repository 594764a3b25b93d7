/// A request and its response, as they went over the wire, with secrets left out.
struct WireExchange: Sendable, Equatable {
    /// The version of HTTP, which decides what a head is.
    enum Version: Sendable {
        /// Heads are text.
        case http1
        /// Heads are compressed fields in frames.
        case http2
    }

    let version: Version
    var request = WireMessage()
    var response = WireMessage()
    /// A remark, such as that the request was malformed; nil for nothing.
    var note: String?
}

/// A request or a response.
struct WireMessage: Sendable, Equatable {
    /// The beginning of the content.
    enum Content: Sendable, Equatable {
        /// There is none, or none has arrived.
        case none
        /// It is text.
        case text(String)
        /// It is not shown, for this reason.
        case omitted(String)
    }

    /// The head: with HTTP/1 as sent, with HTTP/2 after its fields were decompressed. A response has those of
    /// informational responses before it. Empty as long as there is none.
    var head = ""
    /// With HTTP/2 the names of the first frames.
    var frames: [String] = []
    /// The beginning of the content, without its framing.
    var content = Content.none
    /// How many bytes of content there have been.
    var contentBytes = 0
    /// Whether the content goes on after what is shown.
    var isCut = false
    /// Whether the message has been sent to its end.
    var isComplete = false
}
