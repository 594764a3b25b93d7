import HTTPTypes
import HTTPWire
import NIOCore

/// A response as the bytes of HTTP/1 (RFC 9112).
extension OutputBuffer: ResponseEncoder {
    var position: Int { tail.writerIndex }

    mutating func appendDefault(_ content: OutgoingContent, _ constants: HeadConstants) -> Bool {
        if case .text(var text) = content, text.utf8.count < Self.copyLimit {
            tail.writeDefaultResponse(constants.defaultHead, &text)
        } else {
            tail.writeBytes(constants.defaultHead)
            tail.writeDecimal(content.byteCount)
            tail.writeStaticString("\r\n\r\n")
            content.append(to: &self)
        }
        return true
    }

    mutating func append(_ head: ResponseHeadPlan, _ constants: HeadConstants) throws(HTTPServerError) {
        if let lines = head.rendered, let length = head.contentLength, head.isOrdinary {
            return tail.writeOrdinaryHead(lines, constants.dateLine, contentLength: length)
        }
        let start = position
        do throws(HTTPServerError) {
            tail.writeStatusLine(head.status, version: .http1_1)
            if let rendered = head.rendered {
                tail.writeImmutableBuffer(rendered)
                tail.writeImmutableBuffer(constants.dateLine)
            } else if let fields = head.fields {
                for field in fields where head.sends(field) { try tail.append(field) }
                if !head.hasDate { tail.writeImmutableBuffer(constants.dateLine) }
            } else {
                tail.writeImmutableBuffer(constants.rendered)
            }
            if !head.cookies.isEmpty { try tail.append(head.cookies) }
            if !head.isPersistent {
                tail.writeStaticString("Connection: close\r\n")
            } else if head.version == .http1_0 {
                tail.writeStaticString("Connection: keep-alive\r\n")
            }
            if let length = head.contentLength { tail.writeContentLength(length) }
            if head.isChunked { tail.writeStaticString("Transfer-Encoding: chunked\r\n") }
            tail.writeEndOfHead()
        } catch {
            removeHead(at: start)
            throw error
        }
    }

    mutating func removeHead(at position: Int) {
        tail.moveWriterIndex(to: position)
    }

    mutating func append(_ content: OutgoingContent, isChunked: Bool) {
        if isChunked { content.appendChunk(to: &self) } else { content.append(to: &self) }
    }

    mutating func append(_ slice: FileSlice, isChunked: Bool) {
        if isChunked { tail.writeChunkHead(byteCount: slice.byteCount) }
        append(slice)
        if isChunked { tail.writeStaticString("\r\n") }
    }

    mutating func appendEnd(trailers: HTTPFields?, isChunked: Bool) throws(HTTPServerError) {
        // Trailers need chunks (RFC 9112 section 7.1.2).
        guard isChunked else { return }
        let start = position
        do {
            try tail.writeLastChunk(trailers: trailers ?? [:])
        } catch {
            tail.moveWriterIndex(to: start)
            throw .invalidField("\(error)")
        }
    }

    // MARK: Heads without a content

    /// Appends an informational response (RFC 9110 section 15.2).
    mutating func appendInformational(
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields
    ) throws(HTTPServerError) {
        var head = ByteBuffer()
        head.writeStatusLine(status, version: .http1_1)
        for field in fields { try head.append(field) }
        head.writeEndOfHead()
        append(head)
    }

    /// Appends the head of a response after which the connection speaks another protocol.
    mutating func appendUpgrade(
        _ status: HTTPResponse.Status,
        _ fields: some Sequence<HTTPField>,
        _ cookies: [SetCookie]
    ) throws(HTTPServerError) {
        let start = position
        do throws(HTTPServerError) {
            tail.writeStatusLine(status, version: .http1_1)
            for field in fields { try tail.append(field) }
            try tail.append(cookies)
            tail.writeEndOfHead()
        } catch {
            removeHead(at: start)
            throw error
        }
    }
}

extension ByteBuffer {
    mutating func writeContentLength(_ length: Int) {
        writeStaticString("Content-Length: ")
        writeDecimal(length)
        writeStaticString("\r\n")
    }

    fileprivate mutating func append(_ field: HTTPField) throws(HTTPServerError) {
        do {
            try writeField(field.name, field.value)
        } catch {
            throw .invalidField("\(error)")
        }
    }

    fileprivate mutating func append(_ cookies: [SetCookie]) throws(HTTPServerError) {
        for cookie in cookies {
            do {
                try writeField(.setCookie, cookie.description)
            } catch {
                throw .invalidField("\(error)")
            }
        }
    }

    /// Writes a head that lacks only its length, and the content, in one go: each call of a buffer costs as much as
    /// copying a hundred bytes.
    fileprivate mutating func writeDefaultResponse(_ head: [UInt8], _ content: inout String) {
        content.withUTF8 { content in
            head.withUnsafeBytes { head in
                let room = head.count + ByteCursor.lengthRoom + content.count
                writeWithUnsafeMutableBytes(minimumWritableBytes: room) { target in
                    var cursor = ByteCursor(target)
                    cursor.append(head)
                    cursor.append(length: content.count)
                    cursor.append(UnsafeRawBufferPointer(content))
                    return cursor.end
                }
            }
        }
    }

    /// Writes the head of a response with fields that were prepared, likewise.
    fileprivate mutating func writeOrdinaryHead(_ lines: ByteBuffer, _ dateLine: ByteBuffer, contentLength: Int) {
        lines.withUnsafeReadableBytes { lines in
            dateLine.withUnsafeReadableBytes { dateLine in
                let (statusLine, name): (StaticString, StaticString) = ("HTTP/1.1 200 OK\r\n", "Content-Length: ")
                let room =
                    statusLine.utf8CodeUnitCount + lines.count + dateLine.count + name.utf8CodeUnitCount
                    + ByteCursor.lengthRoom
                writeWithUnsafeMutableBytes(minimumWritableBytes: room) { target in
                    var cursor = ByteCursor(target)
                    cursor.append(statusLine)
                    cursor.append(lines)
                    cursor.append(dateLine)
                    cursor.append(name)
                    cursor.append(length: contentLength)
                    return cursor.end
                }
            }
        }
    }
}

/// Appends to memory of which enough has been reserved.
private struct ByteCursor {
    /// Enough for a length and what follows it.
    static let lengthRoom = 20 + 4

    private let target: UnsafeMutableRawBufferPointer
    private(set) var end = 0

    init(_ target: UnsafeMutableRawBufferPointer) {
        self.target = target
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: target[end...]).copyMemory(from: bytes)
        end += bytes.count
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the value of Content-Length, and the end of the head.
    @inline(__always)
    mutating func append(length: Int) {
        var divisor = 1
        while length / 10 >= divisor { divisor *= 10 }
        while divisor > 0 {
            target[end] = 0x30 + UInt8(truncatingIfNeeded: length / divisor % 10)
            end += 1
            divisor /= 10
        }
        target.storeBytes(of: UInt32(bigEndian: 0x0D0A_0D0A), toByteOffset: end, as: UInt32.self)
        end += 4
    }
}
