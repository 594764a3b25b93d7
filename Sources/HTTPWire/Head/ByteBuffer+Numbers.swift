public import NIOCore

extension ByteBuffer {
    /// Writes a number in decimal digits, with a minus sign if it is negative. Allocates nothing but buffer space, and
    /// returns how many bytes it has written.
    @discardableResult
    public mutating func writeDecimal(_ number: Int) -> Int {
        if number < 0 { writeInteger(UInt8(ascii: "-")) }
        let length = writeDigits(UInt64(number.magnitude), radix: 10)
        return number < 0 ? length + 1 : length
    }

    /// Writes a number in lower-case hexadecimal digits. Allocates nothing but buffer space, and returns how many bytes
    /// it has written.
    @discardableResult
    public mutating func writeHex(_ number: UInt64) -> Int {
        writeDigits(number, radix: 16)
    }

    // Inlined so that the divisions are by a constant.
    @inline(__always)
    private mutating func writeDigits(_ number: UInt64, radix: UInt64) -> Int {
        var count = 1
        var rest = number / radix
        while rest > 0 {
            rest /= radix
            count &+= 1
        }
        return writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
            var rest = number
            var index = count
            while index > 0 {
                index &-= 1
                let digit = UInt8(truncatingIfNeeded: rest % radix)
                bytes[index] = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
                rest /= radix
            }
            return count
        }
    }
}
