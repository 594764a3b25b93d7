/// Converts IP addresses between text and bytes.
///
/// All code that compares hosts or connects to them shares this reading: URLs, `Host`, `no_proxy`, cookies and
/// certificates.
package enum IPAddressBytes {
    /// The bytes of an IPv4 or IPv6 address in any notation, an IPv6 address without brackets, its zone ignored; `nil`
    /// for a name, and for a number that is not an address.
    package static func bytes(of host: String) -> [UInt8]? {
        let bytes = host.utf8.span
        if bytes.first(0x3A, in: 0..<bytes.count) != nil {
            return v6(bytes, 0..<(bytes.first(0x25, in: 0..<bytes.count) ?? bytes.count))
        }
        return bytes.endsInNumber ? v4(bytes).map(bigEndian) : nil
    }

    /// The canonical text of an address in any notation, with its zone unchanged; `nil` if `host` is not an address.
    ///
    /// An IPv4-mapped IPv6 address has a decimal part, `::ffff:127.0.0.1`, as operating systems print it (RFC 5952
    /// section 5). In URLs it is hexadecimal.
    package static func canonicalText(of host: String) -> String? {
        guard let address = bytes(of: host) else { return nil }
        if address.count == 4 { return text(of: address) }
        let zone = host.utf8.firstIndex(of: 0x25).map { String(host[$0...]) } ?? ""
        // An empty zone is not a zone, and a bracket or a slash in a zone would end the address early.
        guard zone.utf8.count != 1, zone.utf8.dropFirst().allSatisfy(ByteSet.unreserved.contains) else { return nil }
        let wrapsIPv4 = address.prefix(10).allSatisfy { $0 == 0 } && address[10] == 0xFF && address[11] == 0xFF
        return (wrapsIPv4 ? "::ffff:\(text(of: Array(address[12...])))" : text(of: address)) + zone
    }

    /// The text of an address of 4 or 16 bytes.
    static func text(of bytes: [UInt8]) -> String {
        guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
        return text(ofV6: bytes)
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// Four decimal numbers.
    static func text(ofV4 number: UInt32) -> String { text(of: bigEndian(number)) }

    /// The 32-bit number of an IPv4 address (WHATWG URL section 3.5, the IPv4 parser): one to four parts, each decimal,
    /// octal after `0` or hexadecimal after `0x`, of which the last fills all the remaining bytes. A dot may follow.
    static func v4(_ text: Span<UInt8>) -> UInt32? {
        var end = text.count
        if end > 0, text[end - 1] == 0x2E { end -= 1 }
        var parts: [UInt64] = []
        var start = 0
        while start <= end {
            let dot = text.first(0x2E, in: start..<end) ?? end
            guard parts.count < 4, let number = text.ipv4Number(start..<dot) else { return nil }
            parts.append(number)
            start = dot + 1
        }
        guard let last = parts.popLast(), last < 1 << (8 * UInt64(4 - parts.count)) else { return nil }
        var address = UInt32(truncatingIfNeeded: last)
        for (index, part) in parts.enumerated() {
            guard part <= 255 else { return nil }
            address |= UInt32(part) << UInt32(24 - 8 * index)
        }
        return address
    }

    /// The 16 bytes of an IPv6 address without a zone (RFC 4291 section 2.2); `nil` if it is not one.
    static func v6(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
        guard text.isIPv6(range) else { return nil }
        var (before, after): ([UInt8], [UInt8]) = ([], [])
        var hasGap = false
        var index = range.lowerBound
        while index < range.upperBound {
            if text[index] == 0x3A {
                index += 1
                if index < range.upperBound, text[index] == 0x3A {
                    hasGap = true
                    index += 1
                }
                continue
            }
            let end = text.first(0x3A, in: index..<range.upperBound) ?? range.upperBound
            var bytes: [UInt8]
            if text.first(0x2E, in: index..<end) != nil {
                guard let number = v4(text.extracting(index..<end)) else { return nil }
                bytes = bigEndian(number)
            } else {
                var group: UInt16 = 0
                for offset in index..<end { group = group << 4 | UInt16(text[offset].hexDigitValue ?? 0) }
                bytes = [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
            }
            if hasGap { after += bytes } else { before += bytes }
            index = end
        }
        guard before.count + after.count <= 16 else { return nil }
        return before + [UInt8](repeating: 0, count: 16 - before.count - after.count) + after
    }

    /// The shortest text of 16 bytes: groups without leading zeros, the first of the longest runs of zeros omitted (RFC
    /// 5952 section 4; WHATWG URL section 3.5, the IPv6 serializer).
    static func text(ofV6 bytes: [UInt8]) -> String {
        let groups = stride(from: 0, to: bytes.count - 1, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        var (gap, start) = (0..<0, 0)
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > max(gap.count, 1) { gap = start..<end }
            start = max(end, start + 1)
        }
        func text(_ groups: ArraySlice<Int>) -> String { groups.map { String($0, radix: 16) }.joined(separator: ":") }
        if gap.isEmpty { return text(groups[...]) }
        return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
    }
}

extension Span<UInt8> {
    /// Whether the last part between dots is a number, disregarding a dot at the end (WHATWG URL section 3.5, the
    /// ends-in-a-number checker). Such a host is an IPv4 address or invalid.
    var endsInNumber: Bool {
        var end = count
        if end > 1, self[end - 1] == 0x2E { end -= 1 }
        var start = end
        while start > 0, self[start - 1] != 0x2E { start -= 1 }
        guard start < end else { return false }
        var isDecimal = true
        for index in start..<end where !self[index].isASCIIDigit { isDecimal = false }
        return isDecimal || ipv4Number(start..<end) != nil
    }

    /// One part of an IPv4 address; `nil` if it is not a number. Numbers that are too large are capped.
    func ipv4Number(_ range: Range<Int>) -> UInt64? {
        var digits = range
        var radix: UInt64 = 10
        if digits.count >= 2, self[digits.lowerBound] == 0x30 {
            let isHex = self[digits.lowerBound + 1] | 0x20 == 0x78
            radix = isHex ? 16 : 8
            digits = digits.lowerBound + (isHex ? 2 : 1)..<digits.upperBound
            // `0x` alone is zero.
            if digits.isEmpty { return 0 }
        }
        guard !digits.isEmpty else { return nil }
        var value: UInt64 = 0
        for index in digits {
            guard let digit = self[index].hexDigitValue, UInt64(digit) < radix else { return nil }
            value = min(value * radix + UInt64(digit), 1 << 40)
        }
        return value
    }
}
