/// Version 2 of the PROXY protocol: 16 bytes, addresses, and additional values (TLV).
enum BinaryProxyHeader {
    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    /// The bytes before the addresses.
    private static let fixedLength = 16
    /// The type of the value that has the checksum of the header.
    private static let checksumType: UInt8 = 0x03

    /// Reads a header.
    ///
    /// - Returns: The header and its length; nil if more bytes are needed.
    static func read(_ bytes: Span<UInt8>) throws(ProxyHeaderError) -> (ProxyHeader, Int)? {
        for index in 0..<min(bytes.count, signature.count) where bytes[index] != signature[index] { throw .missing }
        if bytes.count > 12, bytes[12] >> 4 != 2 { throw .unsupportedVersion(Int(bytes[12] >> 4)) }
        guard bytes.count >= fixedLength else { return nil }
        let command = bytes[12] & 0x0F
        guard command <= 1 else { throw .unknownCommand(Int(command)) }
        let payloadLength = number(bytes, at: 14)
        guard payloadLength <= ProxyHeader.maximumPayloadBytes else { throw .tooLong(payloadLength) }
        let length = fixedLength + payloadLength
        // The sender's own connection: what it says besides is to be ignored.
        if command == 0 { return bytes.count < length ? nil : (ProxyHeader(nil), length) }

        let addressLength: Int
        switch bytes[13] {
        case 0x00: addressLength = 0
        case 0x11: addressLength = 4
        case 0x21: addressLength = 16
        case 0x31: addressLength = 108
        default: throw .unsupportedFamily(Int(bytes[13]))
        }
        let portLength = addressLength == 4 || addressLength == 16 ? 2 : 0
        let addressesLength = 2 * (addressLength + portLength)
        guard payloadLength >= addressesLength else { throw .tooShort(payloadLength) }
        guard bytes.count >= length else { return nil }
        // Without a known protocol, what follows is unknown too.
        if addressLength > 0 { try checkValues(bytes, fixedLength + addressesLength..<length) }
        guard portLength > 0 else { return (ProxyHeader(nil), length) }
        let destination = fixedLength + addressLength
        let ports = destination + addressLength
        let connection = ProxyHeader.Connection(
            source: ProxyHeader.Endpoint(
                host: host(bytes, fixedLength..<destination),
                port: number(bytes, at: ports)
            ),
            destination: ProxyHeader.Endpoint(
                host: host(bytes, destination..<ports),
                port: number(bytes, at: ports + 2)
            )
        )
        return (ProxyHeader(connection), length)
    }

    /// Passes over the additional values, of which only the checksum is looked at.
    private static func checkValues(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(ProxyHeaderError) {
        var index = range.lowerBound
        var checksum: Int?
        while index < range.upperBound {
            guard range.upperBound - index >= 3 else { throw .malformedValues }
            let (type, length) = (bytes[index], number(bytes, at: index + 1))
            index += 3
            guard length <= range.upperBound - index else { throw .malformedValues }
            if type == checksumType {
                guard length == 4, checksum == nil else { throw .malformedValues }
                checksum = index
            }
            index += length
        }
        guard let checksum else { return }
        let sent = UInt32(number(bytes, at: checksum)) << 16 | UInt32(number(bytes, at: checksum + 2))
        var sum = CRC32C()
        // The sum is that of the header with zeros in its own place.
        for index in 0..<range.upperBound { sum.add((checksum..<checksum + 4).contains(index) ? 0 : bytes[index]) }
        guard sum.value == sent else { throw .wrongChecksum }
    }

    private static func host(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        var address: [UInt8] = []
        for index in range { address.append(bytes[index]) }
        let text = IPAddressBytes.text(of: address)
        return IPAddressBytes.canonicalText(of: text) ?? text
    }

    /// Two bytes in network order.
    private static func number(_ bytes: Span<UInt8>, at index: Int) -> Int {
        Int(bytes[index]) << 8 | Int(bytes[index + 1])
    }
}

/// The checksum of RFC 9260 appendix A, byte by byte: a header is short, and most have none.
struct CRC32C {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
    }

    private var state: UInt32 = .max

    /// The sum of the bytes so far.
    var value: UInt32 { ~state }

    mutating func add(_ byte: UInt8) {
        state = Self.table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ state >> 8
    }
}
