/// The host and port of a URI, a `Host` field or a CONNECT request (RFC 3986 section 3.2, without user information).
///
///     Authority("Example.com:8080")   // host "example.com", port 8080
///     Authority("[0:0::1]")           // host "::1", no port
///     Authority("0x7f.1")             // host "127.0.0.1", no port
///
/// A host is always in one canonical form: code that compares hosts and code that connects to them must not read them
/// differently. Names are in lower case, needless percent-encoding is decoded (RFC 3986 section 6.2.2.2), and addresses
/// are in the form of the WHATWG URL standard (section 3.5): four decimal numbers for every notation of IPv4 that
/// operating systems accept, such as `127.1`, `0177.0.0.1` and `2130706433`; IPv6 in its shortest form. A name that
/// ends in a number and is not an address is rejected, as in browsers.
public struct Authority: Sendable, Hashable, LosslessStringConvertible {
    /// The name or address, an IPv6 address without its brackets, with or without a zone after `%`: `fe80::1%eth0` (RFC
    /// 4007 section 11). Never empty.
    public let host: String
    /// The port, 0 to 65535, or `nil` if there is none or an empty one (`host:`).
    public let port: Int?
    /// Whether the host is an IPv6 address, or one of a later version, which are written in brackets.
    public let isIPLiteral: Bool

    /// Reads `host`, `host:port` or `[IPv6]:port`; `nil` if the text is anything else.
    ///
    /// An IPv6 address may have a zone, `[fe80::1%25eth0]` (RFC 6874 section 2) or, as curl takes it, `[fe80::1%eth0]`.
    /// User information (`user@host`) is rejected (RFC 9110 section 4.2.4), and so is an empty host (section 4.2.1).
    public init?(_ text: String) {
        self.init(text.utf8.span)
    }

    /// Reads `host`, `host:port` or `[IPv6]:port`; `nil` if the bytes are anything else.
    public init?(bytes: UnsafeRawBufferPointer) {
        self.init(bytes.assumingMemoryBound(to: UInt8.self).span)
    }

    /// Creates the authority of this host and port; `nil` if the host or the port is not valid.
    ///
    /// An IPv6 address may have brackets or not.
    public init?(host: String, port: Int?) {
        if let port, !(0...65535 ~= port) { return nil }
        let isBareIPv6 = host.utf8.first != 0x5B && host.utf8.contains(0x3A)
        guard let parsed = Authority(isBareIPv6 ? "[\(host)]" : host), parsed.port == nil,
            host.utf8.last != 0x3A || isBareIPv6
        else { return nil }
        self.host = parsed.host
        self.port = port
        isIPLiteral = parsed.isIPLiteral
    }

    private init(host: String, port: Int?, isIPLiteral: Bool) {
        self.host = host
        self.port = port
        self.isIPLiteral = isIPLiteral
    }

    /// The same host, without a port.
    var withoutPort: Authority {
        Authority(host: host, port: nil, isIPLiteral: isIPLiteral)
    }

    /// The same address without its zone, which is meaningful on this machine only (RFC 6874 section 3).
    var withoutZone: Authority {
        guard isIPLiteral, let percent = host.utf8.firstIndex(of: 0x25) else { return self }
        return Authority(host: String(host[..<percent]), port: port, isIPLiteral: true)
    }

    private init?(_ text: Span<UInt8>) {
        guard let end = text.hostEnd(allowsZone: true), let port = text.port(after: end) else { return nil }
        isIPLiteral = text.has(0x5B, at: 0)
        guard let host = isIPLiteral ? text.literal(1..<end - 1) : text.name(0..<end) else { return nil }
        self.host = host
        self.port = port.number
    }

    /// `host`, `host:port` or `[IPv6]:port`, with a zone after `%25`.
    public var description: String {
        let name = isIPLiteral ? "[\(Self.literal(host))]" : host
        return port.map { "\(name):\($0)" } ?? name
    }

    /// The text between the brackets of a URL for an address (RFC 6874 section 2).
    static func literal(_ host: String) -> String {
        guard let percent = host.utf8.firstIndex(of: 0x25) else { return host }
        return "\(host[..<percent])%25\(host[host.utf8.index(after: percent)...])"
    }
}

extension Authority {
    /// Whether the bytes have the syntax of `uri-host [ ":" port ]`. Allocates nothing.
    ///
    /// This includes hosts that end in a number without being an address, and excludes zones.
    ///
    /// - Parameter bytes: The bytes to parse.
    /// - Parameter allowsEmpty: Whether empty input is valid, as in a `Host` field for a target URI without authority
    ///   (RFC 9110 section 7.2).
    public static func isValid(_ bytes: UnsafeRawBufferPointer, allowsEmpty: Bool = false) -> Bool {
        if bytes.isEmpty { return allowsEmpty }
        return bytes.assumingMemoryBound(to: UInt8.self).span.isAuthority(needsPort: false)
    }
}

extension Span<UInt8> {
    /// Whether all the bytes are a valid `host [ ":" port ]`. A required port must not be 0 (RFC 9110 section 9.3.6).
    func isAuthority(needsPort: Bool) -> Bool {
        guard let end = hostEnd(allowsZone: false), let port = port(after: end) else { return false }
        return !needsPort || (port.number ?? 0) > 0
    }

    /// The end of the host that starts at 0; `nil` if it is empty or not valid.
    fileprivate func hostEnd(allowsZone: Bool) -> Int? {
        if has(0x5B, at: 0) {
            var end = 1
            while end < count, self[end] != 0x5D { end += 1 }
            guard end < count else { return nil }
            let addressEnd = allowsZone ? zoneStart(1..<end) ?? end : end
            guard isIPv6(1..<addressEnd) || (addressEnd == end && isFutureAddress(1..<end)) else { return nil }
            return end + 1
        }
        var end = 0
        while end < count, self[end] != 0x3A {
            if self[end] == 0x25 {
                guard isEscape(at: end) else { return nil }
                end += 2
            } else if !ByteSet.registeredName.contains(self[end]) {
                return nil
            }
            end += 1
        }
        return end > 0 ? end : nil
    }

    /// The port after the host; `nil` if what follows the host is not a port.
    fileprivate func port(after hostEnd: Int) -> (number: Int?, Void)? {
        guard hostEnd < count else { return (nil, ()) }
        guard self[hostEnd] == 0x3A else { return nil }
        guard hostEnd + 1 < count else { return (nil, ()) }
        guard let number = decimal(hostEnd + 1..<count), number <= 65535 else { return nil }
        return (number, ())
    }

    /// Whether there is a `%` with two hexadecimal digits at `offset`.
    @inline(__always)
    func isEscape(at offset: Int) -> Bool {
        offset + 2 < count && self[offset] == 0x25
            && self[offset + 1].hexDigitValue != nil && self[offset + 2].hexDigitValue != nil
    }

    /// The offset of the `%` that separates an address in brackets from its zone; `nil` if there is no valid zone.
    private func zoneStart(_ range: Range<Int>) -> Int? {
        guard let percent = first(0x25, in: range) else { return nil }
        let zone = zone(after: percent, in: range)
        return zone.isEmpty || !all(in: .unreserved, zone) ? nil : percent
    }

    /// The zone after a `%`, which may be percent-encoded (RFC 6874 section 2).
    private func zone(after percent: Int, in range: Range<Int>) -> Range<Int> {
        let isEncoded = percent + 3 < range.upperBound && self[percent + 1] == 0x32 && self[percent + 2] == 0x35
        return percent + (isEncoded ? 3 : 1)..<range.upperBound
    }

    /// The canonical form of an address in brackets, which has been checked.
    fileprivate func literal(_ range: Range<Int>) -> String? {
        let addressEnd = zoneStart(range) ?? range.upperBound
        guard let address = IPAddressBytes.v6(self, range.lowerBound..<addressEnd) else {
            return lowercasedString(range)
        }
        let text = IPAddressBytes.text(ofV6: address)
        return addressEnd < range.upperBound ? "\(text)%\(string(zone(after: addressEnd, in: range)))" : text
    }

    /// The canonical form of a name or an IPv4 address, which has been checked; `nil` if it ends in a number and is not
    /// an address.
    fileprivate func name(_ range: Range<Int>) -> String? {
        guard first(0x25, in: range) != nil || extracting(range).endsInNumber else { return lowercasedString(range) }
        var name: [UInt8] = []
        name.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            if let byte = escapedByte(at: index), ByteSet.unreserved.contains(byte) {
                name.append(byte.asciiLowercased)
                index += 3
            } else {
                name.append(self[index].asciiLowercased)
                index += 1
            }
        }
        let bytes = name.span
        if bytes.endsInNumber {
            return IPAddressBytes.v4(bytes).map(IPAddressBytes.text(ofV4:))
        }
        return bytes.string(0..<bytes.count)
    }

    /// `IPv6address` (RFC 3986 section 3.2.2), without a zone.
    func isIPv6(_ range: Range<Int>) -> Bool {
        var offset = range.lowerBound
        let end = range.upperBound
        var groups = 0
        var hasGap = false
        if end - offset >= 2, self[offset] == 0x3A {
            guard self[offset + 1] == 0x3A else { return false }
            hasGap = true
            offset += 2
        }
        while offset < end {
            let start = offset
            while offset < end, self[offset].hexDigitValue != nil { offset += 1 }
            if offset < end, self[offset] == 0x2E {
                // The last 32 bits may be written as an IPv4 address.
                groups += 2
                guard isIPv4(start..<end) else { return false }
                offset = end
                break
            }
            guard 1...4 ~= offset - start else { return false }
            groups += 1
            guard offset < end else { break }
            guard self[offset] == 0x3A, offset + 1 < end else { return false }
            offset += 1
            if self[offset] == 0x3A {
                guard !hasGap else { return false }
                hasGap = true
                offset += 1
            }
        }
        return hasGap ? groups <= 7 : groups == 8
    }

    /// `IPv4address` (RFC 3986 section 3.2.2): four numbers up to 255 without leading zeros.
    private func isIPv4(_ range: Range<Int>) -> Bool {
        var offset = range.lowerBound
        for part in 0..<4 {
            if part > 0 {
                guard offset < range.upperBound, skip(0x2E, &offset) else { return false }
            }
            let start = offset
            while offset < range.upperBound, self[offset].isASCIIDigit { offset += 1 }
            guard 1...3 ~= offset - start, offset - start == 1 || self[start] != 0x30,
                let number = decimal(start..<offset), number <= 255
            else { return false }
        }
        return offset == range.upperBound
    }

    /// `IPvFuture` (RFC 3986 section 3.2.2).
    private func isFutureAddress(_ range: Range<Int>) -> Bool {
        var offset = range.lowerBound
        guard offset < range.upperBound, self[offset] | 0x20 == 0x76 else { return false }
        offset += 1
        let versionStart = offset
        while offset < range.upperBound, self[offset].hexDigitValue != nil { offset += 1 }
        guard offset > versionStart, offset < range.upperBound, skip(0x2E, &offset), offset < range.upperBound else {
            return false
        }
        while offset < range.upperBound {
            guard self[offset] == 0x3A || ByteSet.registeredName.contains(self[offset]) else { return false }
            offset += 1
        }
        return true
    }
}
