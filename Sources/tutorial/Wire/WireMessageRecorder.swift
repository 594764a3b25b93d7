import HTTPTypes
import NIOCore

/// Makes a ``WireMessage`` from the parts of a message as they arrive. Secrets leave it out of reach: what it makes holds
/// none. A plain value.
struct WireMessageRecorder: Sendable {
    /// How many bytes of a head are shown.
    static let headLimit = 8_192
    /// How many bytes of a content are shown.
    static let contentLimit = 512
    /// How many frames are named.
    private static let frameLimit = 8

    private(set) var message = WireMessage()
    private var type: String?
    private var coding: String?
    private var content: [UInt8] = []

    /// Replaces the head by more of it, if it is not well-formed.
    mutating func replace(head bytes: [UInt8]) {
        message.head = ""
        add(head: bytes)
    }

    /// Adds a head as it was sent.
    ///
    /// - Parameter fields: The fields that say what the content is.
    mutating func add(head bytes: some Sequence<UInt8>, fields: HTTPFields = [:]) {
        let bytes = Array(bytes)
        var text = WireText.visible(SecretFilter.head(bytes.prefix(Self.headLimit)))
        if bytes.count > Self.headLimit { text += "…" }
        message.head += text
        type = fields[.contentType]
        coding = fields[.contentEncoding]
    }

    /// Adds the name of a frame.
    mutating func add(frame: String) {
        if message.frames.count < Self.frameLimit {
            message.frames.append(frame)
        } else if message.frames.count == Self.frameLimit {
            message.frames.append("…")
        }
    }

    /// Adds content without its framing.
    mutating func add(content bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        message.contentBytes += bytes.readableBytes
        let room = Self.contentLimit - content.count
        message.isCut = message.contentBytes > Self.contentLimit
        guard room > 0 else { return }
        content += bytes.readableBytesView.prefix(room)
        showContent()
    }

    /// The message is complete.
    mutating func end() {
        message.isComplete = true
        if !message.isCut { showContent() }
    }

    private mutating func showContent() {
        guard !content.isEmpty else { return }
        if let coding, coding.lowercased() != "identity" {
            // Secrets can't be found in it.
            message.content = .omitted("Compressed: \(WireText.visible(coding.utf8))")
        } else if let text = WireText.text(content, isComplete: message.isComplete && !message.isCut) {
            let secretless = SecretFilter.content(Array(text.utf8), type: type)
            message.content = .text(WireText.visible(secretless))
        } else {
            message.content = .omitted("Not text")
        }
    }
}
