import HTTPTypes
import NIOHPACK

/// Which fields HTTP/2 carries (RFC 9113 section 8.2).
enum HTTP2FieldRules {
    /// Whether a field is about a connection of HTTP/1, where HTTP/2 has no place for it (section 8.2.2).
    static func isConnectionSpecific(_ name: String) -> Bool {
        switch name {
        case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade": true
        default: false
        }
    }

    /// How a field is to be compressed (RFC 7541 section 7.1): those that differ from message to message would only push
    /// others out of the table, and secrets are to be kept out of every table on the way.
    static func indexing(_ name: String) -> HPACKIndexing {
        switch name {
        case ":path", "age", "content-length", "content-range", "etag", "if-modified-since", "if-none-match",
            "if-range",
            "last-modified", "location", "range":
            .nonIndexable
        case "authorization", "proxy-authorization", "set-cookie":
            .neverIndexed
        default:
            .indexable
        }
    }
}
