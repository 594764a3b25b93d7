import HTTPTypes
import NIOCore

/// The parts of a head that are the same for every response of a second.
final class HeadConstants {
    /// The server's default fields.
    let defaultHeaders: HTTPFields
    /// The Date field with its line end, or nothing when the server sends none.
    let dateLine: ByteBuffer
    /// The default fields and the Date field as they stand on the wire.
    let rendered: ByteBuffer

    init(defaultHeaders: HTTPFields, renderedHeaders: ByteBuffer, dateLine: ByteBuffer) {
        self.defaultHeaders = defaultHeaders
        self.dateLine = dateLine
        var rendered = renderedHeaders
        rendered.writeImmutableBuffer(dateLine)
        self.rendered = rendered
    }
}
