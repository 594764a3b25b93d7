import Crypto
import NIOCore

/// A short text that identifies content: 128 bits of its SHA-256, for entity tags.
package struct ContentDigest: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(of bytes: ByteBuffer) {
        var hash = SHA256()
        bytes.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        var (high, low) = (UInt64(0), UInt64(0))
        for (index, byte) in hash.finalize().enumerated() where index < 16 {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
        description = "\(String(high, radix: 36)).\(String(low, radix: 36))"
    }
}
