/// Version 1 of the PROXY protocol: a line of text.
enum TextProxyHeader {
    private static let start = Array("PROXY ".utf8)

    /// Reads a line.
    ///
    /// - Returns: The header and the length of its line; nil if more bytes are needed.
    static func read(_ bytes: Span<UInt8>) throws(ProxyHeaderError) -> (ProxyHeader, Int)? {
        for index in 0..<min(bytes.count, start.count) where bytes[index] != start[index] { throw .missing }
        guard let end = bytes.first(0x0A, in: 0..<min(bytes.count, ProxyHeader.maximumLineBytes)) else {
            guard bytes.count < ProxyHeader.maximumLineBytes else { throw .lineTooLong }
            return nil
        }
        guard end > start.count, bytes[end - 1] == 0x0D else { throw .malformedLine }
        return (try parse(bytes, start.count..<end - 1), end + 1)
    }

    private static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(ProxyHeaderError) -> ProxyHeader {
        var words: [String] = []
        var start = range.lowerBound
        while start <= range.upperBound {
            let end = bytes.first(0x20, in: start..<range.upperBound) ?? range.upperBound
            var word = ""
            for index in start..<end {
                // Nothing in a line is beyond ASCII.
                guard bytes[index] < 0x80 else { throw .malformedLine }
                word.unicodeScalars.append(Unicode.Scalar(bytes[index]))
            }
            words.append(word)
            start = end + 1
            // The sender does not know the protocol, and may say anything.
            if words[0] == "UNKNOWN" { return ProxyHeader(nil) }
        }
        guard words.count == 5 else { throw .malformedLine }
        let host: (String) -> String?
        switch words[0] {
        case "TCP4": host = ipv4
        case "TCP6": host = ipv6
        default: throw .malformedLine
        }
        guard let source = host(words[1]), let destination = host(words[2]), let sourcePort = port(words[3]),
            let destinationPort = port(words[4])
        else { throw .malformedLine }
        return ProxyHeader(
            ProxyHeader.Connection(
                source: ProxyHeader.Endpoint(host: source, port: sourcePort),
                destination: ProxyHeader.Endpoint(host: destination, port: destinationPort)
            )
        )
    }

    /// Four decimal numbers in the one form that the protocol has.
    private static func ipv4(_ text: String) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { number($0, upTo: 255) != nil } ? text : nil
    }

    private static func ipv6(_ text: String) -> String? {
        guard text.utf8.contains(0x3A), !text.utf8.contains(0x25) else { return nil }
        return IPAddressBytes.canonicalText(of: text)
    }

    private static func port(_ text: String) -> Int? { number(text[...], upTo: 65_535) }

    /// A decimal number without leading zeros.
    private static func number(_ text: Substring, upTo limit: Int) -> Int? {
        let digits = text.utf8
        guard (1...5).contains(digits.count), digits.allSatisfy({ 0x30...0x39 ~= $0 }),
            digits.count == 1 || digits.first != 0x30, let value = Int(text), value <= limit
        else { return nil }
        return value
    }
}
