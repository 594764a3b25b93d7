import HTTPTypes
import HTTPWire

extension ServerExchange {
    /// Decides whether the content is compressed, and sets the headers accordingly.
    ///
    /// - Parameter wholeLength: How many bytes the content has, if that is known.
    /// - Returns: The coding to apply; nil to send the content as it is.
    func chooseCoding(_ draft: inout ResponseDraft, wholeLength: Int?) -> ContentCoding? {
        guard settings.configuration.autoCompress, draft.buffersOutput else { return nil }
        guard draft.status.allowsContent, draft.status.code != 206 else { return nil }
        // A response to HEAD may announce the length of content that the handler does not write.
        let isUntold = head.method == .head && wholeLength == 0
        let length = (isUntold ? nil : wholeLength) ?? draft.announcedLength ?? wholeLength
        if let length, length < settings.configuration.minimumCompressedBytes { return nil }
        var fields = draft.headers ?? settings.defaultHeaders
        guard
            fields[.contentEncoding] == nil, fields[.contentRange] == nil,
            fields.contentType?.isCompressible == true,
            !fields.contains(token: "no-transform", in: .cacheControl)
        else { return nil }
        // Whatever the choice, it may differ for another client (RFC 9110 section 12.5.5).
        if !fields.contains(token: "accept-encoding", in: .vary), !fields.contains(token: "*", in: .vary) {
            fields.append(HTTPField(name: .vary, value: "accept-encoding"))
        }
        defer { draft.headers = fields }
        let accepted = QualityList(headers[.acceptEncoding] ?? "identity")
        guard let coding = accepted.preferredContentCoding(among: [.gzip, .deflate, .identity]), coding != .identity
        else { return nil }
        fields[.contentEncoding] = coding.description
        fields[.contentLength] = nil
        if let tag = fields[.eTag], !tag.hasPrefix("W/") {
            // The bytes are no longer those of the tag, but they mean the same (RFC 9110 section 8.8.1).
            fields[.eTag] = "W/\(tag)"
        }
        return coding
    }
}
