/// The Huffman code of RFC 7541 appendix B.
///
/// The code is canonical: codes of the same length count up in the order of their symbols, and those of the next length
/// continue from there. So the lengths define it.
struct HuffmanCode: Sendable {
    static let shared = HuffmanCode()

    /// The code of each symbol, in the low bits.
    private let codes: [UInt32]
    /// The symbols by length, then by value.
    private let symbols: [UInt16]
    /// For each length: its first code, the index of that code's symbol, and the number of codes.
    private let runs: [Run]
    /// The symbol whose whole code is at the start of each 8-bit value.
    private let short: [Short]

    private struct Run {
        var firstCode: UInt32 = 0
        var firstIndex = 0
        var count: UInt32 = 0
    }

    private struct Short {
        var symbol: UInt8 = 0
        /// Zero where the code is longer than 8 bits.
        var length: UInt8 = 0
    }

    private static let endOfString = 256
    private static let longest = 30

    private init() {
        var codes = [UInt32](repeating: 0, count: Self.lengths.count)
        var symbols: [UInt16] = []
        var runs = [Run](repeating: Run(), count: Self.longest + 1)
        var short = [Short](repeating: Short(), count: 256)
        var code: UInt32 = 0
        for length in 1...Self.longest {
            code <<= 1
            runs[length].firstCode = code
            runs[length].firstIndex = symbols.count
            for symbol in Self.lengths.indices where Int(Self.lengths[symbol]) == length {
                codes[symbol] = code
                symbols.append(UInt16(symbol))
                if length <= 8 {
                    let start = Int(code) << (8 - length)
                    for index in start..<start + 1 << (8 - length) {
                        short[index] = Short(symbol: UInt8(truncatingIfNeeded: symbol), length: UInt8(length))
                    }
                }
                code += 1
            }
            runs[length].count = code - runs[length].firstCode
        }
        (self.codes, self.symbols, self.runs, self.short) = (codes, symbols, runs, short)
    }

    /// Appends the decoded `bytes`; returns false if they are invalid (RFC 7541 section 5.2).
    func decode(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) -> Bool {
        var index = 0
        var bits: UInt64 = 0
        var count = 0
        while true {
            while count <= 56, index < bytes.count {
                bits = bits << 8 | UInt64(bytes[index])
                index += 1
                count += 8
            }
            let next = count >= 8 ? bits >> UInt64(count - 8) : bits << UInt64(8 - count)
            let entry = short[Int(next & 0xFF)]
            if entry.length > 0, Int(entry.length) <= count {
                text.append(entry.symbol)
                count -= Int(entry.length)
                continue
            }
            if count < 8 {
                // The remaining bits are padding: the beginning of the end-of-string code, all ones.
                let mask = (UInt64(1) << UInt64(count)) - 1
                return bits & mask == mask
            }
            guard let (symbol, length) = longCode(bits, count), symbol != Self.endOfString else { return false }
            text.append(UInt8(truncatingIfNeeded: symbol))
            count -= length
        }
    }

    /// The symbol of the code, longer than 8 bits, at the top of the low `count` bits.
    private func longCode(_ bits: UInt64, _ count: Int) -> (symbol: Int, length: Int)? {
        guard count > 8 else { return nil }
        for length in 9...min(count, Self.longest) {
            let code = UInt32(truncatingIfNeeded: bits >> UInt64(count - length) & ((1 << UInt64(length)) - 1))
            let run = runs[length]
            if code >= run.firstCode, code - run.firstCode < run.count {
                return (Int(symbols[run.firstIndex + Int(code - run.firstCode)]), length)
            }
        }
        return nil
    }

    /// The number of bytes that ``encode(_:_:)`` produces for `bytes`.
    func encodedCount(_ bytes: UnsafeRawBufferPointer) -> Int {
        var bits = 0
        for byte in bytes { bits += Int(Self.lengths[Int(byte)]) }
        return (bits + 7) / 8
    }

    /// Calls `write` with each byte of the encoded `bytes`.
    func encode(_ bytes: UnsafeRawBufferPointer, _ write: (UInt8) -> Void) {
        var bits: UInt64 = 0
        var count = 0
        for byte in bytes {
            let length = Int(Self.lengths[Int(byte)])
            bits = bits << UInt64(length) | UInt64(codes[Int(byte)])
            count += length
            while count >= 8 {
                write(UInt8(truncatingIfNeeded: bits >> UInt64(count - 8)))
                count -= 8
            }
        }
        if count > 0 {
            write(UInt8(truncatingIfNeeded: bits << UInt64(8 - count) | ((1 << UInt64(8 - count)) - 1)))
        }
    }

    /// The code length of each symbol in bits: the 256 byte values, and the end of the string.
    private static let lengths: [UInt8] = [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30,
        28, 28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5,
        7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22,
        22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23,
        22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22,
        21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26,
        26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20,
        24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27,
        27, 28, 27, 27, 27, 27, 27, 26, 30,
    ]
}
