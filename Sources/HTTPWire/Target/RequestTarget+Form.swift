extension RequestTarget {
    /// The form of the target in `bytes`, or `nil` if it is not a valid target. Allocates nothing.
    ///
    /// What is accepted is RFC 3986's grammar and, beyond it, what browsers following the WHATWG URL standard send
    /// without percent-encoding:
    /// - in the path: `pchar`, `/`, and also `[ ] | ^`;
    /// - in the query: every visible ASCII character but `#`, and so also `[ ] { } | ^ \ " < >` and the backtick.
    ///
    /// Control characters, spaces, bytes from 0x80 up, fragments, and a `%` that two hexadecimal digits do not follow are
    /// refused everywhere. The absolute form must be `http` or `https` with a valid authority that has no user
    /// information (RFC 9110 section 4.2.4). The authority form is for CONNECT only, which has no other, and needs
    /// a port other than 0 (RFC 9110 section 9.3.6). That `*` stands only with OPTIONS is for the caller to check.
    public static func form(of bytes: UnsafeRawBufferPointer, isConnect: Bool) -> Form? {
        form(of: bytes.assumingMemoryBound(to: UInt8.self).span, isConnect: isConnect)
    }

    static func form(of bytes: Span<UInt8>, isConnect: Bool) -> Form? {
        guard !bytes.isEmpty else { return nil }
        if isConnect { return bytes.isAuthority(needsPort: true) ? .authority : nil }
        if bytes[0] == 0x2F { return bytes.isPathAndQuery(from: 1) ? .origin : nil }
        if bytes.count == 1, bytes[0] == 0x2A { return .asterisk }
        guard let authority = bytes.absoluteFormAuthority(),
            bytes.extracting(authority).isAuthority(needsPort: false),
            bytes.isPathAndQuery(from: authority.upperBound)
        else { return nil }
        return .absolute
    }
}

extension Span<UInt8> {
    /// Where the authority stands in a target that starts with `http://` or `https://`.
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

    /// Whether everything from `start` on is a path and perhaps a query.
    fileprivate func isPathAndQuery(from start: Int) -> Bool {
        var index = start
        let path = ByteSet.targetPath
        while index < count {
            let byte = self[index]
            if !path.contains(byte) {
                if byte == 0x3F { return isQuery(from: index + 1) }
                guard isEscape(at: index) else { return false }
                index += 2
            }
            index += 1
        }
        return true
    }

    private func isQuery(from start: Int) -> Bool {
        var index = start
        let query = ByteSet.targetQuery
        while index < count {
            if !query.contains(self[index]) {
                guard isEscape(at: index) else { return false }
                index += 2
            }
            index += 1
        }
        return true
    }
}
