public import HTTPTypes
public import NIOCore

extension ByteBuffer {
    /// Writes a status line (RFC 9112 section 4).
    ///
    /// A status with an empty reason phrase gets the phrase that is registered for its code, if there is one. Reason
    /// phrases are written as ISO 8859-1, with a space in place of characters that it lacks; `HTTPResponse.Status`
    /// never holds line ends or other control characters.
    public mutating func writeStatusLine(_ status: HTTPResponse.Status, version: HTTPVersion = .http1_1) {
        if let line = StatusTable.line(status.code), version != .http1_0, Self.isRegistered(status.reasonPhrase, line) {
            writeStaticString(line)
            return
        }
        writeStaticString(version == .http1_0 ? "HTTP/1.0 " : "HTTP/1.1 ")
        writeInteger(UInt8(truncatingIfNeeded: 0x30 + status.code / 100))
        writeInteger(UInt8(truncatingIfNeeded: 0x30 + status.code / 10 % 10))
        writeInteger(UInt8(truncatingIfNeeded: 0x30 + status.code % 10))
        writeInteger(UInt8(ascii: " "))
        if status.reasonPhrase.isEmpty {
            writeString(HTTPResponse.Status.reasonPhrase(forCode: status.code) ?? "")
        } else {
            for scalar in status.reasonPhrase.unicodeScalars {
                // The type ensures this already; the check is the last line of defence against response splitting.
                let isText = scalar == "\t" || (scalar >= " " && scalar != "\u{7F}" && scalar.value <= 0xFF)
                writeInteger(isText ? UInt8(truncatingIfNeeded: scalar.value) : 0x20)
            }
        }
        writeStaticString("\r\n")
    }

    /// Whether a reason phrase is empty or the one in a registered line.
    private static func isRegistered(_ phrase: String, _ line: StaticString) -> Bool {
        let phrase = phrase.utf8.span
        guard phrase.count > 0 else { return true }
        guard phrase.count == line.utf8CodeUnitCount - StatusTable.prefixLength - StatusTable.suffixLength else {
            return false
        }
        return line.withUTF8Buffer { line in
            for index in phrase.indices where phrase[index] != line[StatusTable.prefixLength + index] { return false }
            return true
        }
    }
}
