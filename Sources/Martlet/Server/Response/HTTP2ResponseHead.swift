import HTTPTypes
import HTTPWire
import NIOCore

/// The head of a response over HTTP/2, before it is compressed.
struct HTTP2ResponseHead {
    let status: Int
    /// The fields; nil for just those that all responses have.
    let fields: HTTPFields?
    let cookies: [SetCookie]
    let contentLength: Int?
    /// Whether the Date field is still to be added.
    let lacksDate: Bool

    /// Writes the field block.
    func encode(
        with encoder: inout FieldSectionEncoder,
        _ constants: HeadConstants,
        to block: inout ByteBuffer
    ) {
        if fields == nil { encoder.prepare(constants.commonFields) }
        encoder.begin(&block)
        encoder.write(status: status, to: &block)
        if let fields {
            // Content-Length is written below, and HTTP/2 has no Connection.
            for field in fields {
                switch ManagedField(field.name) {
                case .contentLength, .connection, .transferEncoding: continue
                case .date, nil: encoder.write(field, to: &block)
                }
            }
        } else {
            encoder.write(constants.commonFields, to: &block)
        }
        if lacksDate { block.writeImmutableBuffer(constants.encodedDate) }
        for cookie in cookies {
            encoder.write(HTTPField(name: .setCookie, value: cookie.description), to: &block)
        }
        if let contentLength { encoder.write(contentLength: contentLength, to: &block) }
    }
}
