import NIOCore

/// The mask of one frame, advanced along its payload (RFC 6455 section 5.3).
public struct WebSocketMask: Sendable, Hashable {
    /// The key, rotated so that the lowest byte masks the next byte of the payload.
    private var key: UInt32

    /// Creates the mask with this key, whose lowest byte is the first on the wire.
    public init(key: UInt32) {
        self.key = key
    }

    /// Creates an unpredictable mask.
    public static func random(using generator: inout some RandomNumberGenerator) -> WebSocketMask {
        WebSocketMask(key: generator.next())
    }

    /// The key as on the wire, while the mask is at the beginning of the payload.
    var wireKey: UInt32 { key }

    /// Masks or unmasks the next bytes of the payload from `source` into `target`, which may be the same.
    mutating func apply(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
        let count = min(source.count, target.count)
        let wide = (UInt64(key) << 32 | UInt64(key)).littleEndian
        let wider = SIMD4(repeating: wide)
        var index = 0
        while count - index >= 32 {
            let words = source.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)
            target.storeBytes(of: words ^ wider, toByteOffset: index, as: SIMD4<UInt64>.self)
            index += 32
        }
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
    /// Reads `count` bytes and unmasks them into a buffer of their own.
    mutating func readUnmasked(_ count: Int, _ mask: inout WebSocketMask) -> ByteBuffer {
        guard count > 0, count <= readableBytes else { return ByteBuffer() }
        var unmasked = ByteBuffer()
        withUnsafeReadableBytes { source in
            unmasked.write(unmasking: UnsafeRawBufferPointer(rebasing: source.prefix(count)), &mask)
        }
        moveReaderIndex(forwardBy: count)
        return unmasked
    }

    /// Becomes a buffer of these bytes, unmasked.
    @inline(__always)
    mutating func write(unmasking source: UnsafeRawBufferPointer, _ mask: inout WebSocketMask) {
        self = ByteBufferAllocator().buffer(capacity: source.count)
        writeWithUnsafeMutableBytes(minimumWritableBytes: source.count) { target in
            mask.apply(source, into: target)
            return source.count
        }
    }
}
