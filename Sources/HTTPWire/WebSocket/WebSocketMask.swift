import NIOCore

/// The mask of one frame (RFC 6455 section 5.3), as it moves along the payload.
public struct WebSocketMask: Sendable, Hashable {
    /// The key, turned so that the lowest byte is for the next byte of the payload.
    private var key: UInt32

    /// The mask with this key, whose first byte on the wire is the lowest of the number.
    public init(key: UInt32) {
        self.key = key
    }

    /// A mask that nobody can foresee.
    public static func random(using generator: inout some RandomNumberGenerator) -> WebSocketMask {
        WebSocketMask(key: generator.next())
    }

    /// The key's bytes as they stand on the wire, at the beginning of the payload.
    var wireKey: UInt32 { key }

    /// Masks or unmasks the next bytes of the payload, which are in `source`, into `target`; both may be the same.
    mutating func apply(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
        let count = min(source.count, target.count)
        let wide = (UInt64(key) << 32 | UInt64(key)).littleEndian
        var index = 0
        while count - index >= 8 {
            let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            target.storeBytes(of: word ^ wide, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        var rest = key
        while index < count {
            target[index] = source[index] ^ UInt8(truncatingIfNeeded: rest)
            rest = rest >> 8 | rest << 24
            index += 1
        }
        let turn = UInt32(count % 4) * 8
        if turn > 0 { key = key >> turn | key << (32 - turn) }
    }
}

extension ByteBuffer {
    /// Takes `count` readable bytes out and unmasks them into a buffer of their own.
    mutating func readUnmasked(_ count: Int, _ mask: inout WebSocketMask) -> ByteBuffer {
        guard count > 0, count <= readableBytes else { return ByteBuffer() }
        var unmasked = ByteBuffer()
        unmasked.reserveCapacity(count)
        withUnsafeReadableBytes { source in
            let source = UnsafeRawBufferPointer(rebasing: source.prefix(count))
            unmasked.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
                mask.apply(source, into: target)
                return count
            }
        }
        moveReaderIndex(forwardBy: count)
        return unmasked
    }

    /// Masks what was written since `start`.
    mutating func mask(from start: Int, _ mask: inout WebSocketMask) {
        let offset = start - readerIndex
        guard offset >= 0 else { return }
        withUnsafeMutableReadableBytes { bytes in
            let target = UnsafeMutableRawBufferPointer(rebasing: bytes.dropFirst(offset))
            mask.apply(UnsafeRawBufferPointer(target), into: target)
        }
    }
}
