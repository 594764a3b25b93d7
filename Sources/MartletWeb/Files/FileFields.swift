import HTTPTypes
import HTTPWire

/// The values of the header fields that describe a file.
struct FileFields: Sendable {
    let contentType: String
    let lastModified: String
    let coding: String?
    let tag: String?
    let cacheControl: String?

    /// Sets the fields of an answer with the content, or with parts of it.
    func describeContent(in headers: inout HTTPFields, varies: Bool) {
        headers.reserveCapacity(headers.count + 8)
        headers[.contentType] = contentType
        headers[.lastModified] = lastModified
        headers[.acceptRanges] = "bytes"
        if let coding { headers[.contentEncoding] = coding }
        describe(in: &headers, varies: varies)
    }

    /// Sets the fields that a 304 has too (RFC 9110 section 15.4.5).
    func describe(in headers: inout HTTPFields, varies: Bool) {
        if let tag { headers[.eTag] = tag }
        if varies, !headers.contains(token: "accept-encoding", in: .vary) {
            headers.append(HTTPField(name: .vary, value: "accept-encoding"))
        }
        if let cacheControl { headers[.cacheControl] = cacheControl }
    }
}
