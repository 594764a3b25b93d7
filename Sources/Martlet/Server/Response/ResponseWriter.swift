import HTTPTypes
import HTTPWire
import NIOCore

/// Turns what a handler sets and writes into one response: for HTTP/1.1 into its bytes, for HTTP/2 into a head, the
/// bytes of the content, and trailers, which the connection puts into frames.
///
/// A plain value: it appends to a buffer, without access to sockets. When a member throws, it has appended nothing.
struct ResponseWriter {
    /// How many bytes of content are gathered into one chunk while the response buffers its output.
    static let chunkSize = 8192

    /// What the response depends on in the request and the connection.
    struct Context {
        var method: MethodKind
        var version: HTTPVersion
        /// Whether the request and the server allow the connection to be used again.
        var mayPersist: Bool

        /// Stands in for a request where there is none.
        static let noRequest = Context(method: .other, version: .http1_1, mayPersist: false)
    }

    /// The methods that affect how a response is framed.
    enum MethodKind {
        case head
        case connect
        case other

        init(_ method: HTTPRequest.Method) {
            // Told apart by length first, which the method of most requests already fails.
            switch method.rawValue.utf8.count {
            case 4 where method == .head: self = .head
            case 7 where method == .connect: self = .connect
            default: self = .other
            }
        }
    }

    /// How the length of the response's content is conveyed (RFC 9112 section 6).
    enum Framing {
        case none
        case contentLength(Int)
        case chunked
        /// By the end of the connection or, with HTTP/2, of the stream.
        case untilClose
    }

    let context: Context
    var status = HTTPResponse.Status.ok
    var framing = Framing.none
    private var written = 0
    /// How many bytes of content have been sent, after compression and without chunk lines.
    private(set) var sentContentBytes = 0
    private var gathered = ByteBuffer()
    var compressor: Compressor?

    /// The head, over HTTP/2, until the connection takes it to send it.
    var http2Head: HTTP2ResponseHead?
    /// The trailers, over HTTP/2, once the response is complete.
    private(set) var http2Trailers: HTTPFields?

    /// Whether the handler has detached the stream, so that success after CONNECT means an open tunnel.
    var opensTunnel = false
    /// Whether the head has been written.
    var isHeadWritten = false
    /// Whether the response is complete.
    var isEnded = false
    /// Whether the connection must close once the response has been sent.
    var mustClose = false

    init(_ context: Context) {
        self.context = context
    }

    /// Whether the content is sent. A response to HEAD has the same head as one to GET; its content is left out (RFC
    /// 9110 section 9.3.2).
    var sendsContent: Bool { context.method != .head }

    // MARK: Content

    /// The outcome of the response so far.
    var summary: HTTPResponseSummary {
        HTTPResponseSummary(
            status: isHeadWritten ? status : nil,
            contentBytes: sentContentBytes,
            isComplete: isEnded
        )
    }

    /// Writes the whole response, or the rest of it.
    mutating func end(
        _ content: OutgoingContent,
        _ draft: borrowing ResponseDraft,
        _ constants: HeadConstants,
        coding: ContentCoding? = nil,
        into output: inout OutputBuffer
    ) throws(HTTPServerError) {
        guard !isEnded else { throw .responseEnded }
        guard !isHeadWritten else { return try complete(content, draft.trailers, into: &output) }
        if coding == nil, draft.isDefault, context.method == .other, context.version == .http1_1, context.mayPersist {
            endDefault(content, constants, into: &output)
            return
        }
        // Trailers need chunks (RFC 9112 section 7.1.2).
        let isChunked = draft.trailers?.isEmpty == false && context.version == .http1_1
        var (content, coding) = (content, coding)
        var announced: Int?
        // A handler that treats HEAD separately announces the length and writes no content.
        let isLeftOut = !sendsContent && content.byteCount == 0 && draft.announcedLength != nil
        if !isChunked, !isLeftOut, let whole = coding.take() {
            content = .buffer(try Self.compress(content, announced: draft.announcedLength, whole))
            announced = content.byteCount
        }
        try writeHead(
            draft,
            constants,
            wholeLength: isLeftOut ? nil : content.byteCount,
            isChunked: isChunked,
            coding: coding,
            announced: announced,
            into: &output
        )
        try complete(content, draft.trailers, into: &output)
    }

    /// Compresses the whole content in one go, so that its length can be announced.
    private static func compress(
        _ content: OutgoingContent,
        announced: Int?,
        _ coding: ContentCoding
    ) throws(HTTPServerError) -> ByteBuffer {
        if let announced { try check(content.byteCount, announced: announced) }
        var compressed = ByteBuffer()
        do {
            let compressor = try Compressor(coding)
            try compressor.compress(content.buffer, into: &compressed)
            try compressor.finish(into: &compressed)
        } catch {
            throw .compressionFailed(error)
        }
        return compressed
    }

    /// Writes the default response: a head that is the same for all within a second, a length and the content.
    private mutating func endDefault(
        _ content: OutgoingContent,
        _ constants: HeadConstants,
        into output: inout OutputBuffer
    ) {
        if case .text(var text) = content, text.utf8.count < OutputBuffer.copyLimit {
            output.tail.writeDefaultResponse(constants.defaultHead, &text)
        } else {
            output.tail.writeImmutableBuffer(constants.defaultHead)
            output.tail.writeDecimal(content.byteCount)
            output.tail.writeStaticString("\r\n\r\n")
            content.append(to: &output)
        }
        sentContentBytes = content.byteCount
        isHeadWritten = true
        isEnded = true
    }

    /// Adds to the content, after writing the head if that has not been done.
    mutating func write(
        _ content: OutgoingContent,
        _ draft: borrowing ResponseDraft,
        _ constants: HeadConstants,
        coding: ContentCoding? = nil,
        into output: inout OutputBuffer
    ) throws(HTTPServerError) {
        guard !isEnded else { throw .responseEnded }
        if !isHeadWritten {
            guard content.byteCount > 0 else { return }
            let start = output.tail.writerIndex
            let unchanged = self
            try writeHead(draft, constants, wholeLength: nil, coding: coding, into: &output)
            do {
                return try append(content, buffered: draft.buffersOutput, into: &output)
            } catch {
                // None of the content has been appended, so the head can be undone.
                output.tail.moveWriterIndex(to: start)
                self = unchanged
                throw error
            }
        }
        try append(content, buffered: draft.buffersOutput, into: &output)
    }

    /// Writes what is buffered, and the head if that has not been done.
    mutating func flush(
        _ draft: borrowing ResponseDraft,
        _ constants: HeadConstants,
        coding: ContentCoding? = nil,
        into output: inout OutputBuffer
    ) throws(HTTPServerError) {
        guard !isEnded else { return }
        if !isHeadWritten {
            try writeHead(draft, constants, wholeLength: nil, coding: coding, into: &output)
        }
        do {
            try compressor?.flush(into: &gathered)
        } catch {
            throw .compressionFailed(error)
        }
        emitGathered(into: &output)
    }

    private mutating func append(
        _ content: OutgoingContent,
        buffered: Bool,
        into output: inout OutputBuffer
    ) throws(HTTPServerError) {
        let count = content.byteCount
        guard count > 0 else { return }
        guard sendsContent else { return try account(count) }
        if let compressor {
            do {
                try compressor.compress(content.buffer, into: &gathered)
                if !buffered { try compressor.flush(into: &gathered) }
            } catch {
                throw .compressionFailed(error)
            }
            if !buffered || gathered.readableBytes >= Self.chunkSize { emitGathered(into: &output) }
            return
        }
        switch framing {
        case .none:
            try account(count)
        case .contentLength, .untilClose:
            try account(count)
            sentContentBytes += count
            content.append(to: &output)
        case .chunked:
            guard buffered else {
                emitGathered(into: &output)
                return emitChunk(content, into: &output)
            }
            if count >= Self.chunkSize {
                emitGathered(into: &output)
                emitChunk(content, into: &output)
            } else {
                content.append(to: &gathered)
                if gathered.readableBytes >= Self.chunkSize { emitGathered(into: &output) }
            }
        }
    }

    /// Adds a part of a file to the content. The head has been written, and nothing compresses the content.
    mutating func write(_ slice: FileSlice, into output: inout OutputBuffer) throws(HTTPServerError) {
        guard !isEnded else { throw .responseEnded }
        guard slice.byteCount > 0 else { return }
        try account(slice.byteCount)
        guard sendsContent else { return }
        switch framing {
        case .none:
            break
        case .contentLength, .untilClose:
            sentContentBytes += slice.byteCount
            output.append(slice)
        case .chunked:
            sentContentBytes += slice.byteCount
            emitGathered(into: &output)
            output.tail.writeChunkHead(byteCount: slice.byteCount)
            output.append(slice)
            output.tail.writeStaticString("\r\n")
        }
    }

    /// Counts bytes of the content, and checks that they are allowed and fit the announced length.
    private mutating func account(_ count: Int) throws(HTTPServerError) {
        switch framing {
        case .none:
            throw .contentNotAllowed(status)
        case .contentLength(let announced):
            guard count <= announced - written else {
                if status.code == 205 { throw .contentNotAllowed(status) }
                throw .contentLengthExceeded(announced: announced, written: written + count)
            }
        case .untilClose, .chunked:
            break
        }
        written += count
    }

    /// Writes the rest of the content, and its end. The head has been written.
    private mutating func complete(
        _ content: OutgoingContent,
        _ trailers: HTTPFields?,
        into output: inout OutputBuffer
    ) throws(HTTPServerError) {
        try append(content, buffered: true, into: &output)
        guard sendsContent else {
            isEnded = true
            return
        }
        if let compressor {
            do {
                try compressor.finish(into: &gathered)
            } catch {
                throw .compressionFailed(error)
            }
            self.compressor = nil
        }
        emitGathered(into: &output)
        switch framing {
        case .none:
            break
        case .untilClose:
            try keepTrailers(trailers)
        case .contentLength(let announced):
            try Self.check(written, announced: announced)
            try keepTrailers(trailers)
        case .chunked:
            let start = output.tail.writerIndex
            do {
                try output.tail.writeLastChunk(trailers: trailers ?? [:])
            } catch {
                output.tail.moveWriterIndex(to: start)
                throw .invalidField("\(error)")
            }
        }
        isEnded = true
    }

    private mutating func keepTrailers(_ trailers: HTTPFields?) throws(HTTPServerError) {
        guard context.version == .http2, let trailers, !trailers.isEmpty else { return }
        do {
            try trailers.checkAsTrailers()
        } catch {
            throw .invalidField("\(error)")
        }
        http2Trailers = trailers
    }

    private mutating func emitGathered(into output: inout OutputBuffer) {
        guard gathered.readableBytes > 0 else { return }
        switch framing {
        case .chunked: emitChunk(.buffer(gathered), into: &output)
        case .none: break
        case .contentLength, .untilClose:
            sentContentBytes += gathered.readableBytes
            output.append(gathered)
        }
        gathered.clear()
    }

    private mutating func emitChunk(_ content: OutgoingContent, into output: inout OutputBuffer) {
        sentContentBytes += content.byteCount
        content.appendChunk(to: &output)
    }
}

extension ByteBuffer {
    /// Writes a head that lacks only its length, and the content, in one go: each call of a buffer costs as much as
    /// copying a hundred bytes.
    fileprivate mutating func writeDefaultResponse(_ head: ByteBuffer, _ content: inout String) {
        content.withUTF8 { content in
            // The length has at most five digits (`OutputBuffer.copyLimit`).
            let count = head.readableBytes + 5 + 4 + content.count
            writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
                head.withUnsafeReadableBytes { target.copyMemory(from: $0) }
                var end = head.readableBytes
                var divisor = 10_000
                while divisor > 1, content.count < divisor { divisor /= 10 }
                while divisor > 0 {
                    target[end] = 0x30 + UInt8(content.count / divisor % 10)
                    end += 1
                    divisor /= 10
                }
                target.storeBytes(of: UInt32(bigEndian: 0x0D0A_0D0A), toByteOffset: end, as: UInt32.self)
                end += 4
                UnsafeMutableRawBufferPointer(rebasing: target[end...]).copyMemory(
                    from: UnsafeRawBufferPointer(content)
                )
                return end + content.count
            }
        }
    }
}
