import HTTPTypes
import HTTPWire
import NIOCore

/// A response on its way to its requester: delivered as a whole if all of it arrived at once, else as soon as
/// everything that has arrived is consumed, with a stream for the rest of the content.
///
/// A plain value: give it what has been read, and deliver what it returns.
struct ResponseInbox {
    /// The requester's half.
    struct Delivery {
        enum Content {
            case none
            /// All of it, and the fields after it.
            case whole(ByteBuffer, trailers: HTTPFields)
            /// The part of it that has arrived, and its end.
            case stream(BodyStream)
        }

        let head: ResponseHead
        let content: Content
    }

    /// Nil before it has arrived, and once it has been delivered.
    private var head: ResponseHead?
    /// The first piece of the content, until the response is delivered.
    private var firstBytes: ByteBuffer?
    /// The stream for the rest of the content, once the response has been delivered before its end.
    private(set) var body: BodyStream?

    /// Whether nothing of the response has arrived.
    var isEmpty: Bool { head == nil && body == nil }

    /// Whether the requester has the response, though maybe not all of its content.
    var isDelivered: Bool { body != nil }

    /// Whether the connection should continue reading.
    var wantsBytes: Bool { body?.wantsBytes ?? true }

    /// How many bytes of the content are buffered.
    var bufferedBytes: Int { body?.bufferedBytes ?? firstBytes?.readableBytes ?? 0 }

    /// The response begins.
    mutating func receive(_ head: ResponseHead) {
        self.head = head
    }

    /// Some of the content has arrived.
    ///
    /// - Parameter makeBody: Makes the stream for a content of the length that the head announces.
    /// - Returns: What is to be delivered now.
    mutating func receive(_ bytes: ByteBuffer, _ makeBody: (_ announcedLength: Int?) -> BodyStream) -> Delivery? {
        if let body {
            body.push(bytes)
            return nil
        }
        guard firstBytes != nil else {
            firstBytes = bytes
            return nil
        }
        let delivery = needsMore(makeBody)
        body?.push(bytes)
        return delivery
    }

    /// Everything that has arrived is consumed, or nothing more will arrive.
    ///
    /// - Returns: What is to be delivered now.
    mutating func needsMore(_ makeBody: (_ announcedLength: Int?) -> BodyStream) -> Delivery? {
        guard let head = head.take() else { return nil }
        let body = makeBody(head.framing.announcedLength)
        if let firstBytes = firstBytes.take() { body.push(firstBytes) }
        self.body = body
        return Delivery(head: head, content: .stream(body))
    }

    /// The response is complete.
    ///
    /// - Returns: What is to be delivered now.
    mutating func complete(trailers: HTTPFields) -> Delivery? {
        body?.finish(trailers: trailers)
        guard let head = head.take() else { return nil }
        let content = firstBytes.take()
        guard content != nil || !trailers.isEmpty else { return Delivery(head: head, content: .none) }
        return Delivery(head: head, content: .whole(content ?? ByteBuffer(), trailers: trailers))
    }

    /// The response will not be completed: the reader of its content gets the error after what has arrived. A response
    /// that was not delivered is dropped.
    mutating func fail(_ error: any Error) {
        body?.fail(error)
        head = nil
        firstBytes = nil
    }
}
