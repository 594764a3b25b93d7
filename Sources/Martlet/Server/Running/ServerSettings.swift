import HTTPTypes
import HTTPWire
import NIOCore

/// The settings that every connection reads for each request: the configuration, and what can be rendered from it once
/// for all requests.
final class ServerSettings: Sendable {
    let configuration: HTTPServer.Configuration
    /// The fields that every response starts from, including the Server field.
    let defaultHeaders: HTTPFields
    /// The same fields in wire format.
    let renderedHeaders: ByteBuffer
    /// The same fields, for HTTP/2.
    let commonFields: FieldSectionEncoder.CommonFields
    let version: Int

    init(_ configuration: HTTPServer.Configuration, version: Int) {
        var fields = configuration.defaultResponseHeaders
        if let server = configuration.serverHeader {
            fields[.server] = server
        }
        self.configuration = configuration
        self.version = version
        var rendered = ByteBuffer()
        var accepted = HTTPFields()
        for field in fields {
            // HTTPField holds no control characters, so only names that belong to one connection are left out.
            if ManagedField(field.name) == nil, (try? rendered.writeField(field.name, field.value)) != nil {
                accepted.append(field)
            }
        }
        self.defaultHeaders = accepted
        self.renderedHeaders = rendered
        self.commonFields = FieldSectionEncoder.CommonFields(accepted)
    }
}

/// The fields that the server derives from the properties of a response.
enum ManagedField {
    case contentLength
    case transferEncoding
    case connection
    case date

    init?(_ name: HTTPField.Name) {
        // Told apart by length first: this runs for each field of each response.
        switch name.canonicalName.utf8.count {
        case 4 where name == .date: self = .date
        case 10 where name == .connection: self = .connection
        case 14 where name == .contentLength: self = .contentLength
        case 17 where name == .transferEncoding: self = .transferEncoding
        default: return nil
        }
    }
}
