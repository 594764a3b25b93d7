public import HTTPTypes
public import NIOCore

extension ByteBuffer {
    /// Writes the size line of a chunk (RFC 9112 section 7.1). That many bytes, more than zero, and CR LF follow it.
    public mutating func writeChunkHead(byteCount: Int) {
        precondition(byteCount > 0, "A chunk of no bytes would end the body")
        writeHex(UInt64(byteCount))
        writeStaticString("\r\n")
    }

    /// Writes a chunk with the readable bytes of `body`; nothing if there are none, since that would end the body.
    public mutating func writeChunk(_ body: ByteBuffer) {
        guard body.readableBytes > 0 else { return }
        writeChunkHead(byteCount: body.readableBytes)
        writeImmutableBuffer(body)
        writeStaticString("\r\n")
    }

    /// Writes the chunk that ends a body, and trailers.
    ///
    /// - Throws: If a trailer's value holds a control character, or a trailer is one of the fields that must not be
    ///   one (RFC 9110 section 6.5.1). Nothing has been written then.
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
