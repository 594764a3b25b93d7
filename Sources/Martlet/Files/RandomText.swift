/// Unpredictable text.
package enum RandomText {
    /// 128 random bits as 32 hexadecimal digits in lower case.
    package static func hexadecimal() -> String {
        var generator = SystemRandomNumberGenerator()
        return hexadecimal(generator.next()) + hexadecimal(generator.next())
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
