public import HTTPTypes
public import NIOCore

extension ByteBuffer {
    /// Writes a request line (RFC 9112 section 3).
    ///
    /// - Throws: If the method is not a token, or the target holds anything but visible ASCII characters. It is not
    ///   checked that the target is in one of the four forms.
    public mutating func writeRequestLine(
        method: HTTPRequest.Method,
        target: String,
        version: HTTPVersion = .http1_1
    ) throws(HTTPWriteError) {
        guard method.rawValue.isToken else { throw HTTPWriteError(.invalidMethod) }
        let bytes = target.utf8.span
        guard bytes.count > 0 else { throw HTTPWriteError(.invalidTarget) }
        for index in bytes.indices where bytes[index] <= 0x20 || bytes[index] >= 0x7F {
            throw HTTPWriteError(.invalidTarget)
        }
        writeString(method.rawValue)
        writeInteger(UInt8(ascii: " "))
        writeString(target)
        writeStaticString(version == .http1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n")
    }

    /// Writes one field line (RFC 9112 section 5).
    ///
    /// - Throws: If the value holds a control character other than HTAB; the type of names ensures that they are
    ///   tokens. White space around the value is written as it is, although recipients drop it.
    @inlinable
    public mutating func writeField(_ name: HTTPField.Name, _ value: String) throws(HTTPWriteError) {
        try writeField(name, bytes: value.utf8.span)
    }

    /// Writes one field line whose value is a number.
    public mutating func writeField(_ name: HTTPField.Name, _ value: Int) {
        writeString(name.rawName)
        writeStaticString(": ")
        writeDecimal(value)
        writeStaticString("\r\n")
    }

    /// Writes all fields in order, their values byte for byte.
    ///
    /// - Throws: If a value holds a control character other than HTAB, or a name is not a token, as those of HTTP/2's
    ///   pseudo-header fields are not. In that case nothing has been written.
    public mutating func writeFields(_ fields: HTTPFields) throws(HTTPWriteError) {
        let start = writerIndex
        do {
            for field in fields {
                try field.withUnsafeBytesOfValue { (bytes) throws(HTTPWriteError) in
                    try writeField(field.name, bytes: bytes.span)
                }
            }
        } catch {
            moveWriterIndex(to: start)
            throw error
        }
    }

    /// Writes the empty line that ends a head.
    public mutating func writeEndOfHead() {
        writeStaticString("\r\n")
    }

    /// Writes one field line after checking each byte of the value.
    @usableFromInline
    mutating func writeField(_ name: HTTPField.Name, bytes value: Span<UInt8>) throws(HTTPWriteError) {
        try Self.checkField(name, value)
        name.rawName.utf8.span.withUnsafeBytes { name in
            value.withUnsafeBytes { value in writeLine(name, value) }
        }
    }

    /// Checks that a field can be sent.
    @inline(__always)
    fileprivate static func checkField(_ name: HTTPField.Name, _ value: Span<UInt8>) throws(HTTPWriteError) {
        // `HTTPField.Name(parsed:)` makes names like ":path"; every other name is a token.
        guard name.rawName.utf8.first != UInt8(ascii: ":") else {
            throw HTTPWriteError(.invalidFieldName, fieldName: name.rawName)
        }
        let isValid = value.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return true }
            return ByteScanner.endOfValue(base, from: 0, to: bytes.count) == bytes.count
        }
        guard isValid else { throw HTTPWriteError(.invalidFieldValue, fieldName: name.rawName) }
    }

    /// Writes a name, a colon, a space, a value and CR LF at once.
    private mutating func writeLine(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let count = name.count + value.count + 4
        writeWithUnsafeMutableBytes(minimumWritableBytes: count) { line in
            // The parts follow each other and together fill the `count` bytes that have been reserved.
            line.copyMemory(from: name)
            line[name.count] = UInt8(ascii: ":")
            line[name.count + 1] = UInt8(ascii: " ")
            UnsafeMutableRawBufferPointer(rebasing: line[(name.count + 2)...]).copyMemory(from: value)
            line[count - 2] = 0x0D
            line[count - 1] = 0x0A
            return count
        }
    }
}

extension HTTPField {
    /// Checks that the field can be sent, in any version of HTTP.
    ///
    /// - Throws: If the value holds a control character other than HTAB, or the name is that of a pseudo-header field.
    public func checkForSending() throws(HTTPWriteError) {
        try withUnsafeBytesOfValue { (bytes) throws(HTTPWriteError) in
            try ByteBuffer.checkField(name, bytes.span)
        }
    }
}

extension HTTPFields {
    /// Checks that the fields can be sent as trailers.
    ///
    /// - Throws: If a field can't be sent at all, or must not be a trailer (RFC 9110 section 6.5.1).
    public func checkAsTrailers() throws(HTTPWriteError) {
        for field in self {
            guard !ForbiddenTrailers.contains(field.name) else {
                throw HTTPWriteError(.forbiddenTrailer, fieldName: field.name.rawName)
            }
            try field.checkForSending()
        }
    }
}
