import HTTPTypes

/// Field names that are created once and found by their bytes.
///
/// Creating an `HTTPField.Name` takes a check of its characters, a copy in lower case and, from 16 bytes on, two
/// allocations. Nearly every received field has one of a few dozen names, in one of two spellings.
struct FieldNameTable: Sendable {
    static let shared = FieldNameTable()

    /// Names by hash; few slots have more than one.
    private let slots: [[HTTPField.Name]]

    private static let slotCount = 512

    private init() {
        var slots = [[HTTPField.Name]](repeating: [], count: Self.slotCount)
        for spelling in Self.spellings.split(whereSeparator: \.isWhitespace) {
            for text in Set([String(spelling), spelling.lowercased()]) {
                guard let name = HTTPField.Name(text) else { continue }
                let slot = text.utf8.span.withUnsafeBytes { Self.hash($0) }
                slots[slot].append(name)
            }
        }
        self.slots = slots
    }

    /// The name with these bytes in this spelling, if it is in the table.
    @inline(__always)
    func name(_ bytes: UnsafeRawBufferPointer) -> HTTPField.Name? {
        for name in slots[Self.hash(bytes)] {
            let candidate = name.rawName.utf8.span
            let isEqual = candidate.withUnsafeBytes { ByteScanner.areEqual($0, bytes) }
            if isEqual { return name }
        }
        return nil
    }

    /// A number below `slotCount`, computed from the length and some of the letters.
    @inline(__always)
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let first = bytes.first, let last = bytes.last else { return 0 }
        let middle = bytes[bytes.count / 2]
        var hash = bytes.count &* 37
        hash = hash &+ Int(first) &* 5 &+ Int(last) &* 17 &+ Int(middle) &* 67
        return hash & (slotCount - 1)
    }

    private static let spellings = """
        Accept Accept-Charset Accept-Encoding Accept-Language Accept-Ranges Access-Control-Allow-Credentials
        Access-Control-Allow-Headers Access-Control-Allow-Methods Access-Control-Allow-Origin
        Access-Control-Expose-Headers Access-Control-Max-Age Access-Control-Request-Headers
        Access-Control-Request-Method Age Allow Alt-Svc Authorization Cache-Control Connection Content-Disposition
        Content-Encoding Content-Language Content-Length Content-Location Content-Range Content-Security-Policy
        Content-Type Cookie DNT Date ETag Expect Expires Forwarded From Host If-Match If-Modified-Since If-None-Match
        If-Range If-Unmodified-Since Keep-Alive Last-Modified Link Location Max-Forwards Origin Pragma Priority
        Proxy-Authenticate Proxy-Authorization Proxy-Connection Range Referer Referrer-Policy Retry-After
        Sec-CH-UA Sec-CH-UA-Mobile Sec-CH-UA-Platform Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User
        Sec-GPC Sec-WebSocket-Accept Sec-WebSocket-Extensions Sec-WebSocket-Key Sec-WebSocket-Protocol
        Sec-WebSocket-Version Server Server-Timing Set-Cookie Strict-Transport-Security TE Traceparent Tracestate
        Trailer Transfer-Encoding Upgrade Upgrade-Insecure-Requests User-Agent Vary Via WWW-Authenticate
        X-Content-Type-Options X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Frame-Options X-Powered-By
        X-Real-IP X-Request-ID X-Requested-With X-XSS-Protection
        """
}
