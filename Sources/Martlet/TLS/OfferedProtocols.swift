import NIOCore

/// Reads the protocols that a client offers from the first bytes of its TLS connection (ALPN, RFC 7301 section 3.1).
///
/// A plain value without a socket. It rejects nothing: what is not a readable ClientHello is left to the TLS library.
struct OfferedProtocols {
    enum Answer: Sendable, Equatable {
        /// The ClientHello is not complete.
        case needsMoreBytes
        /// The names in the client's order; nil if it offers none, or if what it sends can't be read.
        case known([[UInt8]]?)
    }

    /// A longer ClientHello is not read. That of a browser has less than 2 KiB; the TLS library rejects one of more
    /// than 16 KiB.
    static let byteLimit = 32_768

    private static let handshakeRecord: UInt8 = 22
    private static let recordHeadSize = 5
    private static let clientHello: UInt8 = 1
    private static let alpnExtension: UInt16 = 16

    /// The beginning of a record's head, at most four bytes.
    private var recordHead = ByteBuffer()
    /// How many bytes of the current record's fragment are missing.
    private var fragmentBytes = 0
    /// The handshake message, reassembled from its fragments (RFC 8446 section 5.1).
    private var message = ByteBuffer()

    /// Reads the next bytes.
    mutating func read(_ bytes: ByteBuffer) -> Answer {
        var rest = bytes
        if recordHead.readableBytes > 0 {
            recordHead.writeImmutableBuffer(bytes)
            (rest, recordHead) = (recordHead, ByteBuffer())
        }
        while rest.readableBytes > 0 {
            if fragmentBytes == 0 {
                guard rest.getInteger(at: rest.readerIndex, as: UInt8.self) == Self.handshakeRecord else {
                    return .known(nil)
                }
                guard rest.readableBytes >= Self.recordHeadSize else {
                    recordHead = rest
                    return .needsMoreBytes
                }
                rest.moveReaderIndex(forwardBy: Self.recordHeadSize - 2)
                fragmentBytes = rest.readInteger(as: UInt16.self).map(Int.init) ?? 0
            }
            guard let part = rest.readSlice(length: min(fragmentBytes, rest.readableBytes)) else { break }
            fragmentBytes -= part.readableBytes
            if message.readableBytes == 0 {
                message = part
            } else {
                message.writeImmutableBuffer(part)
            }
            if let answer = answer() { return answer }
        }
        return .needsMoreBytes
    }

    /// The result, as soon as the message is complete, or can't be read.
    private func answer() -> Answer? {
        var message = message
        guard let first = message.getInteger(at: message.readerIndex, as: UInt8.self) else { return nil }
        guard first == Self.clientHello else { return .known(nil) }
        guard let head = message.readInteger(as: UInt32.self) else { return nil }
        let length = Int(head & 0xFF_FFFF)
        guard length <= Self.byteLimit else { return .known(nil) }
        return message.readSlice(length: length).map { .known(Self.names($0)) }
    }

    /// The names in a ClientHello (RFC 8446 section 4.1.2).
    private static func names(_ clientHello: ByteBuffer) -> [[UInt8]]? {
        var message = clientHello
        // The version and the random bytes, the session, the cipher suites, the compression methods.
        guard message.readSlice(length: 34) != nil, message.readLengthPrefixedSlice(as: UInt8.self) != nil,
            message.readLengthPrefixedSlice(as: UInt16.self) != nil,
            message.readLengthPrefixedSlice(as: UInt8.self) != nil,
            var extensions = message.readLengthPrefixedSlice(as: UInt16.self), message.readableBytes == 0
        else { return nil }
        while let type = extensions.readInteger(as: UInt16.self) {
            guard var content = extensions.readLengthPrefixedSlice(as: UInt16.self) else { return nil }
            guard type == alpnExtension else { continue }
            guard var list = content.readLengthPrefixedSlice(as: UInt16.self), content.readableBytes == 0 else {
                return nil
            }
            var names: [[UInt8]] = []
            while list.readableBytes > 0 {
                guard let name = list.readLengthPrefixedSlice(as: UInt8.self), name.readableBytes > 0 else {
                    return nil
                }
                names.append(Array(name.readableBytesView))
            }
            return names.isEmpty ? nil : names
        }
        return nil
    }
}
