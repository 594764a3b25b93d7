import HTTPTypes
import HTTPWire
import NIOCore

/// Writing heads: of final, informational and upgrading responses.
extension ResponseWriter {
    /// Writes an informational response (RFC 9110 section 15.2).
    func writeInformational(
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields,
        into output: inout OutputBuffer
    ) throws(HTTPServerError) {
        try checkInformational(status, fields)
        // HTTP/1.0 knows no informational responses (RFC 9110 section 15.2).
        guard context.version == .http1_1 else { return }
        try output.appendInformational(status, fields)
    }

    /// Whether an informational response may be sent now, and may have these fields.
    func checkInformational(_ status: HTTPResponse.Status, _ fields: HTTPFields) throws(HTTPServerError) {
        guard (100...199).contains(status.code), status.code != 101 else { throw .invalidStatus(status.code) }
        guard !isHeadWritten else { throw .headAlreadySent }
        for field in fields {
            if let managed = ManagedField(field.name), managed != .date { throw .reservedField(field.name.rawName) }
            try field.check()
        }
    }

    /// Writes the head of a response after which the connection speaks another protocol.
    mutating func writeUpgradeHead(
        _ draft: borrowing ResponseDraft,
        _ constants: HeadConstants,
        into output: inout OutputBuffer
    ) throws(HTTPServerError) {
        guard !isHeadWritten else { throw .headAlreadySent }
        let hasContent = draft.status.allowsContent
        let fields = (draft.headers ?? constants.defaultHeaders).filter { hasContent || $0.name != .contentType }
        // There is no content that they could describe (RFC 9110 sections 8.6 and 9.3.6, RFC 9112 section 6.1).
        if draft.status == .switchingProtocols || context.method == .connect {
            for field in fields {
                switch ManagedField(field.name) {
                case .contentLength, .transferEncoding: throw .reservedField(field.name.rawName)
                case .connection, .date, nil: break
                }
            }
        }
        try output.appendUpgrade(draft.status, fields, draft.cookies)
        status = draft.status
        isHeadWritten = true
        isEnded = true
    }

    mutating func writeHead<Encoder: ResponseEncoder>(
        _ draft: borrowing ResponseDraft,
        _ constants: HeadConstants,
        wholeLength: Int?,
        isChunked: Bool = false,
        coding: ContentCoding?,
        announced: Int? = nil,
        into output: inout Encoder
    ) throws(HTTPServerError) {
        var status = draft.status
        // After CONNECT, success means that a tunnel is open (RFC 9110 section 9.3.6), which only a handler that
        // detaches the connection can do.
        if context.method == .connect, status.kind == .successful, !opensTunnel { status = .notImplemented }
        if let code = draft.impossibleStatusCode { throw .invalidStatus(code) }
        guard (200...599).contains(status.code) else { throw .invalidStatus(status.code) }
        if let length = draft.contentLength, length < 0 { throw .invalidContentLength("\(length)") }
        // A response without content has no content type either.
        let fields =
            status.allowsContent ? draft.headers : (draft.headers ?? constants.defaultHeaders).withoutContentType
        let rendered = status.allowsContent ? draft.rendered?.lines : nil
        // Fields that were prepared say nothing of the kind.
        let said = rendered == nil ? try Said(fields, status) : Said()
        let declared = announced ?? draft.contentLength ?? said.contentLength
        let compressor = sendsContent ? try coding.map(Self.makeCompressor) : nil
        let framing = try decideFraming(
            status,
            declared: declared,
            wholeLength: wholeLength,
            isChunked: isChunked,
            compresses: coding != nil
        )
        let endsConnection = if case .untilClose = framing { sendsContent && context.version != .http2 } else { false }
        let mayPersist = context.mayPersist && draft.isPersistent && !said.closes && !endsConnection
        try output.append(
            ResponseHeadPlan(
                status: status,
                version: context.version,
                fields: fields,
                rendered: rendered,
                hasDate: said.hasDate,
                cookies: draft.cookies,
                contentLength: announcedLength(
                    framing,
                    status: status,
                    declared ?? (isChunked ? nil : wholeLength)
                ),
                isChunked: framing.isChunked && sendsContent,
                isPersistent: mayPersist
            ),
            constants
        )
        self.status = status
        self.framing = framing
        self.mustClose = !mayPersist
        self.compressor = compressor
        isHeadWritten = true
    }

    /// The framing and the connection options in the fields of a response.
    private struct Said {
        var contentLength: Int?
        /// Whether the connection is to close.
        var closes = false
        var hasDate = false

        init() {}

        init(_ fields: HTTPFields?, _ status: HTTPResponse.Status) throws(HTTPServerError) {
            guard let fields else { return }
            for field in fields {
                switch ManagedField(field.name) {
                case .contentLength:
                    // `Int` alone would take a sign.
                    guard field.value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(field.value)
                    else {
                        throw .invalidContentLength(field.value)
                    }
                    contentLength = contentLength ?? length
                case .transferEncoding:
                    throw .reservedField("Transfer-Encoding")
                case .connection:
                    if status == .upgradeRequired, field.value.lowercased() == "upgrade" { continue }
                    guard field.value.lowercased() == "close" else { throw .reservedField("Connection") }
                    closes = true
                case .date:
                    hasDate = true
                case nil:
                    break
                }
            }
        }
    }

    private static func makeCompressor(_ coding: ContentCoding) throws(HTTPServerError) -> Compressor {
        do {
            return try Compressor(coding)
        } catch {
            throw .compressionFailed(error)
        }
    }

    /// How the length of the content is conveyed; for HEAD, that of the content that GET would get.
    private func decideFraming(
        _ status: HTTPResponse.Status,
        declared: Int?,
        wholeLength: Int?,
        isChunked: Bool,
        compresses: Bool
    ) throws(HTTPServerError) -> Framing {
        if status.code == 204 || status.code == 304 || status.code == 205 {
            if let wholeLength, wholeLength > 0 { throw .contentNotAllowed(status) }
            return status.code == 205 ? .contentLength(0) : .none
        }
        // The bytes that follow belong to the tunnel.
        if context.method == .connect, status.kind == .successful { return .untilClose }
        if let declared, !compresses || (wholeLength != nil && !isChunked) {
            if let wholeLength { try Self.check(wholeLength, announced: declared) }
            return .contentLength(declared)
        }
        if let wholeLength, !isChunked { return .contentLength(wholeLength) }
        return context.version == .http1_1 ? .chunked : .untilClose
    }

    /// Checks the length of a whole content against the one that was announced.
    static func check(_ length: Int, announced: Int) throws(HTTPServerError) {
        if length > announced { throw .contentLengthExceeded(announced: announced, written: length) }
        if length < announced { throw .contentLengthNotReached(announced: announced, written: length) }
    }

    /// The length that the head announces.
    private func announcedLength(_ framing: Framing, status: HTTPResponse.Status, _ length: Int?) -> Int? {
        switch framing {
        case .contentLength(let length): return length
        case .chunked, .untilClose: return nil
        case .none:
            // 304 may announce the length that the content would have (RFC 9110 section 8.6); 204 must not. An empty
            // `end()` does not tell that length.
            guard status.code == 304, let length, length > 0 else { return nil }
            return length
        }
    }
}

extension HTTPResponse.Status {
    /// Whether a response with this status can have content (RFC 9110 section 6.4.1).
    var allowsContent: Bool {
        switch code {
        case 100..<200, 204, 205, 304: false
        default: true
        }
    }
}

extension HTTPFields {
    fileprivate var withoutContentType: HTTPFields {
        var fields = self
        fields[.contentType] = nil
        return fields
    }
}

extension HTTPField {
    /// Whether the field can be sent.
    func check() throws(HTTPServerError) {
        do {
            try checkForSending()
        } catch {
            throw .invalidField("\(error)")
        }
    }
}
