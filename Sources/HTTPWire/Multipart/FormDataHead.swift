public import HTTPTypes

/// The description of one field of a form, perhaps a file, from the head of its part (RFC 7578 section 4).
///
///     let head = try FormDataHead(fields)
///     head.name        // "picture"
///     head.fileName    // "falcon.png", nil if it is not a file
///
/// Names are read as senders write them, which differs: browsers percent-encode quotes and line ends (WHATWG HTML
/// section 4.10.21.8), others put a backslash before quotes and backslashes. Everything else that looks like an escape
/// is left as it is.
public struct FormDataHead: Sendable, Hashable {
    /// The fields of the head.
    public let fields: HTTPFields
    /// The name of the form's field. May be empty.
    public let name: String
    /// The name of the file as its sender calls it; `nil` if the part is not a file. May be empty: this is how browsers
    /// send a file field in which no file was chosen.
    ///
    /// Never use it as a path. It may have folders, line ends and any other character.
    public let fileName: String?
    /// The media type; `nil` if none is given, which means plain text (RFC 7578 section 4.4), or a malformed one.
    public let mediaType: MediaType?

    /// Reads the fields of a head.
    ///
    /// - Throws: `MultipartError` if they do not name a field of a form, if a name is longer than the limits allow, or
    ///   if the content has a transfer encoding.
    public init(_ fields: HTTPFields, limits: MultipartLimits = MultipartLimits()) throws(MultipartError) {
        var disposition: FormDataDisposition?
        for field in fields {
            switch field.name {
            case .contentDisposition:
                guard disposition == nil else {
                    throw .malformedContentDisposition(
                        "A part has more than one Content-Disposition (RFC 7578 section 4.2)."
                    )
                }
                disposition = try field.withUnsafeBytesOfValue { (bytes) throws(MultipartError) in
                    try FormDataDisposition(bytes.span)
                }
            case .contentTransferEncoding:
                let encoding = field.value.asciiLowercased
                guard ["7bit", "8bit", "binary"].contains(encoding) else {
                    throw .unsupportedTransferEncoding(field.value)
                }
            default:
                break
            }
        }
        guard let disposition else {
            throw .malformedContentDisposition("A part has no Content-Disposition (RFC 7578 section 4.2).")
        }
        guard let name = disposition.name else {
            throw .malformedContentDisposition("A part of the form has no name (RFC 7578 section 4.2).")
        }
        let longest = max(name.utf8.count, disposition.fileName?.utf8.count ?? 0)
        guard longest <= max(limits.nameBytes, 0) else { throw .nameTooLong(limit: limits.nameBytes) }
        self.fields = fields
        self.name = name
        fileName = disposition.fileName
        mediaType = fields.contentType
    }

    /// Whether the part is a file: it has a file name.
    public var isFile: Bool { fileName != nil }

    /// Whether the content is text: no media type is given, or `text/*`, or JSON.
    public var isText: Bool {
        guard fields[.contentType] != nil else { return true }
        guard let mediaType else { return false }
        return mediaType.type == "text" || mediaType.essence == MediaType.json.essence
    }
}
