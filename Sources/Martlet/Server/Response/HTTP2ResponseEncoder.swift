import HTTPTypes
import HTTPWire
import NIOCore

/// A response as what HTTP/2 makes into frames (RFC 9113 section 8.1), until a stream takes it.
struct HTTP2ResponseEncoder: ResponseEncoder {
    /// The compressed form depends on everything sent before, so that is done when the head is sent.
    private(set) var head: ResponseHeadPlan?
    private(set) var content = OutputBuffer()
    /// The fields behind the content.
    private(set) var trailers: HTTPFields?

    /// The content of a response of which nothing was changed.
    private(set) var defaultContent: OutgoingContent?
    /// The constants that its head has in common with others.
    private(set) var constants: HeadConstants?

    var position: Void { () }

    mutating func appendDefault(_ content: OutgoingContent, _ constants: HeadConstants) -> Bool {
        guard content.byteCount < OutputBuffer.copyLimit else { return false }
        defaultContent = content
        self.constants = constants
        return true
    }

    mutating func append(_ head: ResponseHeadPlan, _ constants: HeadConstants) throws(HTTPServerError) {
        if head.rendered == nil, let fields = head.fields {
            for field in fields where head.sends(field) { try field.check() }
        }
        self.head = head
    }

    mutating func removeHead(at position: Void) {
        head = nil
    }

    mutating func append(_ content: OutgoingContent, isChunked: Bool) {
        content.append(to: &self.content)
    }

    mutating func append(_ slice: FileSlice, isChunked: Bool) {
        content.append(slice)
    }

    mutating func appendEnd(trailers: HTTPFields?, isChunked: Bool) throws(HTTPServerError) {
        guard let trailers, !trailers.isEmpty else { return }
        do {
            try trailers.checkAsTrailers()
        } catch {
            throw .invalidField("\(error)")
        }
        self.trailers = trailers
    }

    // MARK: The stream takes it

    mutating func takeDefault() -> OutgoingContent? { defaultContent.take() }

    /// Appends the whole of a response of which nothing was changed, as any other.
    mutating func appendAsAny(default content: OutgoingContent) {
        head = ResponseHeadPlan(
            status: .ok,
            version: .http2,
            fields: nil,
            rendered: nil,
            hasDate: false,
            cookies: [],
            contentLength: content.byteCount,
            isChunked: false,
            isPersistent: true
        )
        content.append(to: &self.content)
    }

    mutating func takeHead() -> ResponseHeadPlan? { head.take() }

    mutating func takeTrailers() -> HTTPFields? { trailers.take() }

    /// Moves the content to a stream.
    mutating func drain(to output: inout HTTP2StreamOutput) {
        guard !content.isEmpty else { return }
        content.drain {
            output.append($0)
        } writeContent: {
            output.append($0)
        }
    }

    /// Appends content that is no longer that of a response: what a tunnel carries.
    mutating func write(_ write: (inout OutputBuffer) throws -> Void) rethrows {
        try write(&content)
    }

    /// Once what was taken has been copied, the memory is free again.
    mutating func reset() {
        content.reset()
    }
}

extension ResponseHeadPlan {
    /// Writes the field block.
    func encode(
        with encoder: inout FieldSectionEncoder,
        _ constants: HeadConstants,
        to block: inout ByteBuffer
    ) {
        if fields == nil { encoder.prepare(constants.commonFields) }
        encoder.begin(&block)
        encoder.write(status: status.code, to: &block)
        if let fields {
            for field in fields where sends(field) { encoder.write(field, to: &block) }
        } else {
            encoder.write(constants.commonFields, to: &block)
        }
        if fields == nil || !hasDate { block.writeImmutableBuffer(constants.encodedDate) }
        for cookie in cookies {
            encoder.write(HTTPField(name: .setCookie, value: cookie.description), to: &block)
        }
        if let contentLength { encoder.write(contentLength: contentLength, to: &block) }
    }
}
