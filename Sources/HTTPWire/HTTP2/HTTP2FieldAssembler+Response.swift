import HTTPTypes
import NIOCore

/// The head of a response (RFC 9113 section 8.3.2).
extension HTTP2FieldAssembler {
    /// The head that was added.
    ///
    /// - Parameter method: That of the request.
    func makeResponseHead(to method: HTTPRequest.Method, endsStream: Bool) throws(Rejection) -> ResponseHead {
        try check()
        guard let range = pseudo.status else { throw .malformed("A response without :status", "8.3.2") }
        guard let status = statusCode(range) else {
            throw .malformed("A :status that is not a number from 100 to 999", "8.3.2")
        }
        guard status != 101 else { throw .malformed("101 (Switching Protocols) over HTTP/2", "8.6") }
        guard status >= 200 || !endsStream else {
            throw .malformed("An informational response that ends the stream", "8.1")
        }
        var knownFields = KnownFields()
        do throws(HTTPParseError) {
            try memory.fields.withBytes { (bytes) throws(HTTPParseError) in try note(bytes, &knownFields) }
        } catch {
            throw .refused(error)
        }
        let framing: BodyFraming
        if status < 200 || method == .head || status == 204 || status == 304 {
            framing = .none
        } else if endsStream {
            guard knownFields.contentLength ?? 0 == 0 else { throw .malformed(HTTP2ContentMeter.shortReason, "8.1.1") }
            framing = .none
        } else {
            // Content without a length ends with its stream, which corresponds to chunks in HTTP/1.1.
            framing = knownFields.contentLength.map { .contentLength($0) } ?? .chunked
        }
        return ResponseHead(
            statusCode: status,
            version: .http2,
            fields: makeFields(),
            framing: framing
        )
    }

    private func statusCode(_ range: Range<Int>) -> Int? {
        memory.fields.withBytes { bytes in
            let text = bytes[range]
            guard text.count == 3, text.allSatisfy(\.isASCIIDigit) else { return nil }
            let code = text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            return code >= 100 ? code : nil
        }
    }
}
