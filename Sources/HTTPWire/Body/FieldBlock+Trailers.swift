import HTTPTypes

extension FieldBlock {
    /// The fields of a trailer section, without those that only a header section may have.
    ///
    /// Fields that frame or route a message are an error already where the trailer section of a request is parsed; what
    /// else RFC 9110 section 6.5.1 bars from it (authentication, conditions, controls, and what says how to handle the
    /// content) is dropped here, so that it cannot be taken for a header field by someone who merges the two.
    package func makeTrailers() -> HTTPFields {
        guard !isEmpty else { return [:] }
        var trailers = makeHTTPFields()
        trailers.removeAll { ForbiddenTrailers.contains($0.name) }
        return trailers
    }
}

/// The fields that must not be sent as trailers (RFC 9110 section 6.5.1).
package enum ForbiddenTrailers {
    /// Whether a name is one of them.
    package static func contains(_ name: HTTPField.Name) -> Bool {
        switch name.canonicalName {
        case "content-length", "transfer-encoding", "host", "connection", "expect", "upgrade":
            true
        case "authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate", "cookie", "set-cookie":
            true
        case "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range":
            true
        case "content-type", "content-encoding", "content-range", "trailer":
            true
        case "cache-control", "age", "date", "expires", "location", "retry-after", "vary", "max-forwards", "te",
            "keep-alive", "proxy-connection", "pragma", "content-location":
            true
        default:
            false
        }
    }
}
