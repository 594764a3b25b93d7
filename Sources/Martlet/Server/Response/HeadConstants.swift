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
    /// The default fields, for HTTP/2.
    let commonFields: FieldSectionEncoder.CommonFields
    /// The Date field as it stands in a field block of HTTP/2, or nothing.
    let encodedDate: ByteBuffer

    /// The head of a response of which nothing was changed, up to the number of its bytes.
    let usualHead: ByteBuffer

    /// - Parameters:
    ///   - settings: What the server's default fields are.
    ///   - date: The present time; nil where the server sends none.
    init(_ settings: ServerSettings, date: HTTPDate?) {
        self.defaultHeaders = settings.defaultHeaders
        self.commonFields = settings.commonFields
        var dateLine = ByteBuffer()
        var encodedDate = ByteBuffer()
        if let date {
            dateLine.writeStaticString("Date: ")
            dateLine.writeHTTPDate(date)
            let value = String(buffer: dateLine).dropFirst("Date: ".count)
            dateLine.writeStaticString("\r\n")
            FieldSectionEncoder().write(HTTPField(name: .date, value: String(value)), to: &encodedDate)
        }
        self.dateLine = dateLine
        self.encodedDate = encodedDate
        var rendered = settings.renderedHeaders
        rendered.writeImmutableBuffer(dateLine)
        self.rendered = rendered
        var usualHead = ByteBuffer()
        usualHead.writeStatusLine(.ok)
        usualHead.writeImmutableBuffer(rendered)
        usualHead.writeStaticString("Content-Length: ")
        self.usualHead = usualHead
    }
}
