/// Leaves the values of secret members out of JSON, which may be cut anywhere.
enum JSONSecrets {
    static func leaveOut(of bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\"") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let end = endOfString(in: bytes, from: index)
            result += bytes[index..<end]
            let colon = endOfSpace(in: bytes, from: end)
            let name = unescaped(bytes[index..<end])
            index = end
            guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":"), SecretNames.contains(name) else { continue }
            let value = endOfSpace(in: bytes, from: colon + 1)
            result += bytes[end..<value]
            guard value < bytes.count else { return result }
            result += "\"\(SecretFilter.replacement)\"".utf8
            switch bytes[value] {
            case UInt8(ascii: "\""):
                index = endOfString(in: bytes, from: value)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                // All the rest, rather than to look for the end of it.
                return result
            default:
                index = bytes[value...].firstIndex { ends.contains($0) } ?? bytes.count
            }
        }
        return result
    }

    /// The bytes that end a number or a word.
    private static let ends = Set(",}] \t\r\n".utf8)

    /// The position after the string that begins here.
    private static func endOfString(in bytes: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return bytes.count
    }

    private static func endOfSpace(in bytes: [UInt8], from start: Int) -> Int {
        bytes[start...].firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? bytes.count
    }

    /// The bytes of a string, with the escapes of ASCII characters undone: `\u0070assword` is a password.
    private static func unescaped(_ string: ArraySlice<UInt8>) -> [UInt8] {
        var string = string
        var result: [UInt8] = []
        while let byte = string.popFirst() {
            guard byte == UInt8(ascii: "\\"), string.popFirst() == UInt8(ascii: "u") else {
                result.append(byte)
                continue
            }
            let digits = string.prefix(4)
            if digits.prefix(2).elementsEqual("00".utf8), let decoded = UInt8(hexadecimal: digits.dropFirst(2)) {
                result.append(decoded)
            }
            string = string.dropFirst(4)
        }
        return result
    }
}
