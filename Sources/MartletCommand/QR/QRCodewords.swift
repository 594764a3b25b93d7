/// The codewords of a QR code: the data, and what corrects its errors (Reed and Solomon).
struct QRCodewords {
    private let version: QRVersion
    private let data: [UInt8]

    init(_ bytes: [UInt8], _ version: QRVersion) {
        self.version = version
        var bits = BitString()
        // Byte mode.
        bits.append(0b0100, count: 4)
        bits.append(bytes.count, count: version.lengthBits)
        for byte in bytes { bits.append(Int(byte), count: 8) }
        // The end, of up to four zeros, and zeros up to the next codeword.
        bits.append(0, count: min(4, version.dataCount * 8 - bits.count))
        bits.append(0, count: (8 - bits.count % 8) % 8)
        var data = bits.bytes
        let used = data.count
        while data.count < version.dataCount { data.append((data.count - used) % 2 == 0 ? 0xEC : 0x11) }
        self.data = data
    }

    /// All codewords in the order in which they are drawn: the first one of each block, the second one, and so on.
    var interleaved: [UInt8] {
        let blocks = blocks
        let corrections = blocks.map { Self.correction(of: $0, count: version.correctionCount) }
        var result: [UInt8] = []
        for index in 0..<(blocks.map(\.count).max() ?? 0) {
            for block in blocks where index < block.count { result.append(block[index]) }
        }
        for index in 0..<version.correctionCount {
            for correction in corrections { result.append(correction[index]) }
        }
        return result
    }

    /// The data in blocks, of which the last ones may be longer by one.
    private var blocks: [[UInt8]] {
        let (short, rest) = data.count.quotientAndRemainder(dividingBy: version.blockCount)
        var start = 0
        return (0..<version.blockCount).map { index in
            let count = short + (index < version.blockCount - rest ? 0 : 1)
            defer { start += count }
            return Array(data[start..<start + count])
        }
    }

    /// The remainder of the data, taken as a polynomial over the field of 256 elements.
    static func correction(of data: [UInt8], count: Int) -> [UInt8] {
        let divisor = generator(count)
        var remainder = [UInt8](repeating: 0, count: count)
        for byte in data {
            let factor = byte ^ remainder.removeFirst()
            remainder.append(0)
            for index in 0..<count { remainder[index] ^= multiply(divisor[index], factor) }
        }
        return remainder
    }

    /// The product of (x - 2^i) for all i below the degree, without its first coefficient, which is 1.
    private static func generator(_ degree: Int) -> [UInt8] {
        var coefficients: [UInt8] = [1]
        var root: UInt8 = 1
        for _ in 0..<degree {
            var product = coefficients + [0]
            for index in coefficients.indices { product[index + 1] ^= multiply(coefficients[index], root) }
            coefficients = product
            root = multiply(root, 2)
        }
        return Array(coefficients.dropFirst())
    }

    /// The product in the field of 256 elements, modulo x^8 + x^4 + x^3 + x^2 + 1.
    private static func multiply(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var (product, factor, rest) = (UInt8(0), left, right)
        while rest > 0 {
            if rest & 1 == 1 { product ^= factor }
            factor = factor << 1 ^ (factor & 0x80 == 0 ? 0 : 0x1D)
            rest >>= 1
        }
        return product
    }
}

/// Bits, the first ones foremost.
private struct BitString {
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0

    mutating func append(_ value: Int, count bits: Int) {
        for place in (0..<max(bits, 0)).reversed() {
            if count % 8 == 0 { bytes.append(0) }
            if value >> place & 1 == 1 { bytes[bytes.count - 1] |= 0x80 >> UInt8(count % 8) }
            count += 1
        }
    }
}
