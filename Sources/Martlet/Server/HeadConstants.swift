import HTTPTypes
import HTTPWire
import NIOCore

/// The parts of a head that are the same for every response of a second.
final class HeadConstants {
    /// The server's default fields.
    let defaultHeaders: HTTPFields
    /// The Date field with its line end, or nothing when the server sends none.
    let dateLine: ByteBuffer
    /// The default fields and the Date field as they stand on the wire.
    let rendered: ByteBuffer

    /// The head of a response of which nothing was changed, up to the number of its bytes.
    let usualHead: ByteBuffer

    init(defaultHeaders: HTTPFields, renderedHeaders: ByteBuffer, dateLine: ByteBuffer) {
        self.defaultHeaders = defaultHeaders
        self.dateLine = dateLine
        var rendered = renderedHeaders
        rendered.writeImmutableBuffer(dateLine)
        self.rendered = rendered
        var usualHead = ByteBuffer()
        usualHead.writeStatusLine(.ok)
        usualHead.writeImmutableBuffer(rendered)
        usualHead.writeStaticString("Content-Length: ")
        self.usualHead = usualHead
    }
}
