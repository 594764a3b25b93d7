public import HTTPTypes
public import NIOCore

extension ByteBuffer {
    /// Writes the size line of a chunk (RFC 9112 section 7.1). The caller writes that many bytes, more than zero, and
    /// CR LF after it.
    public mutating func writeChunkHead(byteCount: Int) {
        precondition(byteCount > 0, "An empty chunk would end the body")
        writeHex(UInt64(byteCount))
        writeStaticString("\r\n")
    }

    /// Writes a chunk with the readable bytes of `body`. Writes nothing if there are none, since an empty chunk ends
    /// the body.
    public mutating func writeChunk(_ body: ByteBuffer) {
        guard body.readableBytes > 0 else { return }
        writeChunkHead(byteCount: body.readableBytes)
        writeImmutableBuffer(body)
        writeStaticString("\r\n")
    }

    /// Writes the chunk that ends a body, and the trailers.
    ///
    /// - Throws: If a trailer's value holds a control character, or a field must not be sent as a trailer (RFC 9110
    ///   section 6.5.1). In that case nothing has been written.
    public mutating func writeLastChunk(trailers: HTTPFields = [:]) throws(HTTPWriteError) {
        for field in trailers where ForbiddenTrailers.contains(field.name) {
            throw HTTPWriteError(.forbiddenTrailer, fieldName: field.name.rawName)
        }
        let start = writerIndex
        writeStaticString("0\r\n")
        do {
            try writeFields(trailers)
        } catch {
            moveWriterIndex(to: start)
            throw error
        }
        writeStaticString("\r\n")
    }
}
