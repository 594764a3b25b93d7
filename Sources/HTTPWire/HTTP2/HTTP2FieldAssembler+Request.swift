import HTTPTypes
import NIOCore

/// The head of a request (RFC 9113 section 8.3.1).
extension HTTP2FieldAssembler {
    /// The head that was added.
    mutating func makeRequestHead(endsStream: Bool) throws(Rejection) -> RequestHead {
        try check()
        guard let methodRange = pseudo.method else { throw .malformed("A request without :method", "8.3.1") }
        let method = try method(methodRange)
        let target: Range<Int>
        if let name = pseudo.protocol {
            guard method == .connect else { throw .malformed(":protocol without CONNECT", "8.3") }
            guard isToken(name) else { throw .malformed("A :protocol that is not a token", "8.3") }
            guard pseudo.authority != nil else { throw .malformed("CONNECT without :authority", "8.5") }
        }
        if method == .connect, pseudo.protocol == nil {
            guard pseudo.scheme == nil, pseudo.path == nil else {
                throw .malformed("CONNECT with :scheme or :path", "8.5")
            }
            guard let authority = pseudo.authority else { throw .malformed("CONNECT without :authority", "8.5") }
            target = authority
        } else {
            guard let scheme = pseudo.scheme, let path = pseudo.path, !path.isEmpty else {
                throw .malformed("A request without :scheme or :path", "8.3.1")
            }
            guard isScheme(scheme) else { throw .malformed("An invalid :scheme", "8.3.1") }
            target = path
        }
        try addHost()
        try addCookies()
        return try makeRequestHead(method, target, endsStream: endsStream)
    }

    @inline(__always)
    private mutating func makeRequestHead(
        _ method: HTTPRequest.Method,
        _ target: Range<Int>,
        endsStream: Bool
    ) throws(Rejection) -> RequestHead {
        do throws(HTTPParseError) {
            guard target.count <= limits.startLineBytes else { throw HTTPParseError(.targetTooLong, at: 0) }
            var knownFields = KnownFields()
            let reading = try memory.fields.withBytes {
                (bytes) throws(HTTPParseError) -> RequestTarget.Reading? in
                try note(bytes, &knownFields)
                let text = UnsafeRawBufferPointer(rebasing: bytes[target])
                return RequestTarget.reading(of: text, isConnect: method == .connect && pseudo.protocol == nil)
            }
            guard let reading, reading.form != .absolute else {
                throw HTTPParseError(.invalidTarget, at: target.lowerBound)
            }
            guard reading.form != .asterisk || method == .options else {
                throw HTTPParseError(.targetNotAllowedForMethod, at: target.lowerBound)
            }
            let framing = try framing(knownFields, endsStream: endsStream)
            return RequestHead(
                method: method,
                version: .http2,
                targetForm: reading.form,
                targetNeedsEncoding: reading.needsEncoding,
                target: target,
                fields: takeFields(),
                knownFields: knownFields,
                framing: framing,
                connectProtocol: pseudo.protocol
            )
        } catch {
            if error.reason == .conflictingContentLength {
                throw .malformed("Content-Length contradicts the content, or itself", "8.1.1")
            }
            throw .refused(error)
        }
    }

    /// Content without a length ends with its stream, which corresponds to chunks in HTTP/1.1.
    private func framing(_ knownFields: KnownFields, endsStream: Bool) throws(HTTPParseError) -> BodyFraming {
        guard endsStream else { return knownFields.contentLength.map { .contentLength($0) } ?? .chunked }
        guard knownFields.contentLength ?? 0 == 0 else { throw HTTPParseError(.conflictingContentLength, at: 0) }
        return .none
    }

    // MARK: Characters

    private func method(_ range: Range<Int>) throws(Rejection) -> HTTPRequest.Method {
        let method = memory.fields.withBytes { bytes -> HTTPRequest.Method? in
            let text = UnsafeRawBufferPointer(rebasing: bytes[range])
            if Self.isEqual(text, "GET") { return .get }
            if Self.isEqual(text, "POST") { return .post }
            return isToken(range) ? HTTPRequest.Method(String(decoding: text, as: UTF8.self)) : nil
        }
        guard let method else { throw .malformed("A :method that is not a token", "8.3.1") }
        return method
    }

    @inline(__always)
    private static func isEqual(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        text.withUTF8Buffer { ByteScanner.areEqual(bytes, UnsafeRawBufferPointer($0)) }
    }

    private func isToken(_ range: Range<Int>) -> Bool {
        memory.fields.withBytes { bytes in
            let text = UnsafeRawBufferPointer(rebasing: bytes[range])
            guard let base = text.baseAddress, !text.isEmpty else { return false }
            return ByteScanner.endOfToken(base, from: 0, to: text.count) == text.count
        }
    }

    /// The scheme may differ from `http` and `https`: a proxy may have translated the request.
    private func isScheme(_ range: Range<Int>) -> Bool {
        let letters: ClosedRange<UInt8> = 0x61...0x7A
        return memory.fields.withBytes { bytes in
            let text = UnsafeRawBufferPointer(rebasing: bytes[range])
            if Self.isEqual(text, "https") || Self.isEqual(text, "http") { return true }
            guard let first = bytes[range].first, letters.contains(first | 0x20) else { return false }
            return bytes[range].allSatisfy { byte in
                letters.contains(byte | 0x20) || byte.isASCIIDigit || byte == 0x2B || byte == 0x2D || byte == 0x2E
            }
        }
    }
}
