import HTTPWire
import NIOCore

/// A short text that identifies content: 128 bits of its SHA-256, for entity tags.
package struct ContentDigest: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(of bytes: ByteBuffer) {
        let digest = SHA256.hash(bytes.readableBytesUInt8Span.bytes)
        var (high, low) = (UInt64(0), UInt64(0))
        for (index, byte) in digest.prefix(16).enumerated() {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
        description = "\(String(high, radix: 36)).\(String(low, radix: 36))"
    }
}
