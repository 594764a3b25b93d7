/// A hash function that takes its input in blocks of 64 bytes and keeps its state in words of 32 bits: MD5, SHA-1, SHA-256.
///
/// Martlet has its own, since HTTP asks for them where nothing is secret: handshakes, entity tags, fingerprints. Those of a
/// library of cryptography would be most of what a user of Martlet compiles. They are compared with such a library in the
/// tests.
package protocol BlockHash: Sendable {
    /// The hash of nothing so far.
    init()
    /// Input that waits for the rest of its block: less than 64 bytes.
    var pending: [UInt8] { get set }
    /// How many bytes of input there have been.
    var byteCount: UInt64 { get set }
    /// Whether the words of the digest, and the length of the input, have their highest byte first.
    static var isBigEndian: Bool { get }
    /// The state, in the order in which it makes the digest.
    var words: [UInt32] { get }
    /// Takes in a block of 64 bytes.
    mutating func compress(_ block: RawSpan)
}

extension BlockHash {
    private static var blockSize: Int { 64 }

    /// Takes further input in.
    package mutating func update(_ bytes: RawSpan) {
        byteCount &+= UInt64(bytes.byteCount)
        var start = 0
        if !pending.isEmpty {
            start = min(Self.blockSize - pending.count, bytes.byteCount)
            append(bytes.extracting(first: start))
            guard pending.count == Self.blockSize else { return }
            compress(pending.span.bytes)
            pending.removeAll(keepingCapacity: true)
        }
        while bytes.byteCount - start >= Self.blockSize {
            compress(bytes.extracting(start..<start + Self.blockSize))
            start += Self.blockSize
        }
        append(bytes.extracting(droppingFirst: start))
    }

    private mutating func append(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { pending.append(contentsOf: $0) }
    }

    /// The digest of all the input. The value is used up.
    package consuming func finish() -> [UInt8] {
        // A one, zeros, and the length in bits, up to the end of a block (RFC 1321 section 3.1; RFC 6234 section 4.1).
        let length = byteCount &* 8
        let zeros = (119 - pending.count % Self.blockSize) % Self.blockSize
        let padding: [UInt8] = [0x80] + Array(repeating: 0, count: zeros) + Self.bytes(of: length)
        update(padding.span.bytes)
        return words.flatMap { Self.bytes(of: $0) }
    }

    private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: isBigEndian ? number.bigEndian : number.littleEndian) { Array($0) }
    }

    /// The digest of bytes.
    package static func hash(_ bytes: RawSpan) -> [UInt8] {
        var hash = Self()
        hash.update(bytes)
        return hash.finish()
    }

    /// The digest of bytes.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] { hash(bytes.span.bytes) }

    /// The digest of a text's UTF-8.
    package static func hash(_ text: String) -> [UInt8] { hash(text.utf8.span.bytes) }
}
