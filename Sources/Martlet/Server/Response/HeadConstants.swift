import HTTPTypes
import HTTPWire
import NIOCore

/// The parts of a head that are the same for all responses within a second.
final class HeadConstants {
    /// The server's default fields.
    let defaultHeaders: HTTPFields
    /// The Date field with its line end, or nothing when the server sends none.
    let dateLine: ByteBuffer
    /// The default fields and the Date field in wire format.
    let rendered: ByteBuffer
    /// The default fields, for HTTP/2.
    let commonFields: FieldSectionEncoder.CommonFields
    /// The Date field, encoded for a field block of HTTP/2, or nothing.
    let encodedDate: ByteBuffer
    /// The head of an unchanged response, up to the value of Content-Length.
    let defaultHead: [UInt8]
    /// The same for HTTP/2, up to Content-Length, for a client that remembers the common fields.
    let defaultBlock: [UInt8]

    /// - Parameters:
    ///   - settings: The settings with the server's default fields.
    ///   - date: The current time; nil if the server sends no Date.
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
        var defaultHead = ByteBuffer()
        defaultHead.writeStatusLine(.ok)
        defaultHead.writeImmutableBuffer(rendered)
        defaultHead.writeStaticString("Content-Length: ")
        self.defaultHead = Array(buffer: defaultHead)
        var defaultBlock = FieldSectionEncoder.defaultBlock(commonFields)
        defaultBlock.writeImmutableBuffer(encodedDate)
        self.defaultBlock = Array(defaultBlock.readableBytesView)
    }
}
