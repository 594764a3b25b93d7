public import NIOCore

extension ByteBuffer {
    /// Writes a number in decimal digits, with a minus sign if it is negative. Allocates nothing but buffer space.
    @discardableResult
    public mutating func writeDecimal(_ number: some FixedWidthInteger) -> Int {
        if number < 0 { writeInteger(UInt8(ascii: "-")) }
        let length = writeDigits(UInt64(number.magnitude), radix: 10)
        return number < 0 ? length + 1 : length
    }

    /// Writes a number that is not negative in lower-case hexadecimal digits. Allocates nothing but buffer space.
    @discardableResult
    public mutating func writeHex(_ number: UInt64) -> Int {
        writeDigits(number, radix: 16)
    }

    private mutating func writeDigits(_ number: UInt64, radix: UInt64) -> Int {
        var rest = number
        var count = 0
        repeat {
            rest /= radix
            count += 1
        } while rest > 0
        return writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
            var rest = number
            for index in (0..<count).reversed() {
                let digit = UInt8(truncatingIfNeeded: rest % radix)
                bytes[index] = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
                rest /= radix
            }
            return count
        }
    }
}
