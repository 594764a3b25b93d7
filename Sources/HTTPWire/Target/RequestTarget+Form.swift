extension RequestTarget {
    /// The form of the target in `bytes`, or `nil` if it is not a valid target. Allocates nothing.
    ///
    /// Accepts RFC 3986's grammar and, beyond it, what curl, browsers and nginx send without percent-encoding and nginx
    /// and Go accept:
    /// - in the path: every visible ASCII character but `#`, and bytes from 0x80 up, UTF-8 or not;
    /// - in the query: the same, and a `%` that is not followed by two hexadecimal digits, which stands for itself
    ///   (WHATWG URL section 5.1).
    ///
    /// Rejects control characters, spaces, fragments, and in the path a `%` without two hexadecimal digits: recipients
    /// differ in where such a target ends, or in what it means. The absolute form must be `http` or `https` with a
    /// valid authority that has no user information (RFC 9110 section 4.2.4). The authority form is for CONNECT only,
    /// which allows no other form, and needs a port other than 0 (RFC 9110 section 9.3.6). The caller has to check that
    /// `*` is used with OPTIONS only.
    public static func form(of bytes: UnsafeRawBufferPointer, isConnect: Bool) -> Form? {
        reading(of: bytes, isConnect: isConnect)?.form
    }

    /// The result of checking all bytes of a target.
    struct Reading {
        let form: Form
        /// Whether the target has bytes that are percent-encoded in `raw`.
        let needsEncoding: Bool
    }

    static func reading(of bytes: UnsafeRawBufferPointer, isConnect: Bool) -> Reading? {
        reading(of: bytes.assumingMemoryBound(to: UInt8.self).span, isConnect: isConnect)
    }

    static func reading(of bytes: Span<UInt8>, isConnect: Bool) -> Reading? {
        guard !bytes.isEmpty else { return nil }
        if isConnect {
            return bytes.isAuthority(needsPort: true) ? Reading(form: .authority, needsEncoding: false) : nil
        }
        if bytes[0] == 0x2F {
            return bytes.pathAndQueryNeedEncoding(from: 1).map { Reading(form: .origin, needsEncoding: $0) }
        }
        if bytes.count == 1, bytes[0] == 0x2A { return Reading(form: .asterisk, needsEncoding: false) }
        guard let authority = bytes.absoluteFormAuthority(),
            bytes.extracting(authority).isAuthority(needsPort: false),
            let needsEncoding = bytes.pathAndQueryNeedEncoding(from: authority.upperBound)
        else { return nil }
        return Reading(form: .absolute, needsEncoding: needsEncoding)
    }

    /// The target in `bytes`, which have been checked, with all bytes percent-encoded that are not allowed in a URI.
    static func encoded(_ bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + 32)
        var kept = ByteSet.targetPath
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == 0x3F { kept = .targetQuery }
            if kept.contains(byte) || byte == 0x25 || byte == 0x3F {
                text.append(byte)
            } else {
                PercentEncoding.appendEscape(of: byte, to: &text)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Span<UInt8> {
    /// The range of the authority in a target that begins with `http://` or `https://`.
    func absoluteFormAuthority() -> Range<Int>? {
        let start: Int
        if count > 7, equals(0..<7, ignoringCase: "http://") {
            start = 7
        } else if count > 8, equals(0..<8, ignoringCase: "https://") {
            start = 8
        } else {
            return nil
        }
        var end = start
        while end < count, self[end] != 0x2F, self[end] != 0x3F { end += 1 }
        return start..<end
    }

    /// Whether the path, and the query if there is one, have bytes to be percent-encoded from `start` on; `nil` if they
    /// are not valid.
    fileprivate func pathAndQueryNeedEncoding(from start: Int) -> Bool? {
        var index = start
        var needsEncoding = false
        let path = ByteSet.targetPath
        while index < count {
            let byte = self[index]
            if !path.contains(byte) {
                switch byte {
                case 0x3F: return queryNeedsEncoding(from: index + 1).map { $0 || needsEncoding }
                case 0x25:
                    guard isEscape(at: index) else { return nil }
                    index += 2
                case 0x00...0x20, 0x23, 0x7F: return nil
                default: needsEncoding = true
                }
            }
            index += 1
        }
        return needsEncoding
    }

    private func queryNeedsEncoding(from start: Int) -> Bool? {
        var needsEncoding = false
        let query = ByteSet.targetQuery
        for index in start..<count where !query.contains(self[index]) && self[index] != 0x25 {
            guard self[index] >= 0x80 else { return nil }
            needsEncoding = true
        }
        return needsEncoding
    }
}
