import HTTPTypes
import HTTPWire
import NIOCore

/// Turns what a handler says and writes into one response: it decides on the head, on how the end of the content is told,
/// and on what of the content is sent. A ``ResponseEncoder`` gives that the form of a version of HTTP.
///
/// A plain value: it appends to an encoder and knows nothing of sockets. When a member throws, it has appended nothing.
struct ResponseWriter {
    /// How many bytes of content are gathered into one chunk while the response buffers its output.
    static let chunkSize = 8192

    /// The facts of the request and the connection that the response depends on.
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

        var isChunked: Bool {
            if case .chunked = self { true } else { false }
        }
    }

    let context: Context
    var status = HTTPResponse.Status.ok
    var framing = Framing.none
    private var written = 0
    /// How many bytes of content have been sent, after compression and without chunk lines.
    private(set) var sentContentBytes = 0
    private var gathered = ByteBuffer()
    var compressor: Compressor?

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
    mutating func end<Encoder: ResponseEncoder>(
        _ content: OutgoingContent,
        _ draft: borrowing ResponseDraft,
        _ constants: HeadConstants,
        coding: ContentCoding? = nil,
        into output: inout Encoder
    ) throws(HTTPServerError) {
        guard !isEnded else { throw .responseEnded }
        guard !isHeadWritten else { return try complete(content, draft.trailers, into: &output) }
        if coding == nil, draft.isDefault, context.method == .other, context.version != .http1_0, context.mayPersist,
            output.appendDefault(content, constants)
        {
            sentContentBytes = content.byteCount
            isHeadWritten = true
            isEnded = true
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
            let compressor = try Compressor(coding, contentLength: content.byteCount)
            try compressor.compress(content.buffer, into: &compressed)
            try compressor.finish(into: &compressed)
        } catch {
            throw .compressionFailed(error)
        }
        return compressed
    }

    /// Adds to the content, after writing the head if that has not been done.
    mutating func write<Encoder: ResponseEncoder>(
        _ content: OutgoingContent,
        _ draft: borrowing ResponseDraft,
        _ constants: HeadConstants,
        coding: ContentCoding? = nil,
        into output: inout Encoder
    ) throws(HTTPServerError) {
        guard !isEnded else { throw .responseEnded }
        if !isHeadWritten {
            guard content.byteCount > 0 else { return }
            let start = output.position
            let unchanged = self
            try writeHead(draft, constants, wholeLength: nil, coding: coding, into: &output)
            do {
                return try append(content, buffered: draft.buffersOutput, into: &output)
            } catch {
                // None of the content has been appended, so the head can be undone.
                output.removeHead(at: start)
                self = unchanged
                throw error
            }
        }
        try append(content, buffered: draft.buffersOutput, into: &output)
    }

    /// Writes what is buffered, and the head if that has not been done.
    mutating func flush<Encoder: ResponseEncoder>(
        _ draft: borrowing ResponseDraft,
        _ constants: HeadConstants,
        coding: ContentCoding? = nil,
        into output: inout Encoder
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

    private mutating func append<Encoder: ResponseEncoder>(
        _ content: OutgoingContent,
        buffered: Bool,
        into output: inout Encoder
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
            output.append(content, isChunked: false)
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
    mutating func write<Encoder: ResponseEncoder>(
        _ slice: FileSlice,
        into output: inout Encoder
    ) throws(HTTPServerError) {
        guard !isEnded else { throw .responseEnded }
        guard slice.byteCount > 0 else { return }
        try account(slice.byteCount)
        guard sendsContent else { return }
        switch framing {
        case .none:
            break
        case .contentLength, .untilClose, .chunked:
            sentContentBytes += slice.byteCount
            emitGathered(into: &output)
            output.append(slice, isChunked: framing.isChunked)
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
    private mutating func complete<Encoder: ResponseEncoder>(
        _ content: OutgoingContent,
        _ trailers: HTTPFields?,
        into output: inout Encoder
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
        case .contentLength(let announced):
            try Self.check(written, announced: announced)
            try output.appendEnd(trailers: trailers, isChunked: false)
        case .untilClose, .chunked:
            try output.appendEnd(trailers: trailers, isChunked: framing.isChunked)
        }
        isEnded = true
    }

    private mutating func emitGathered<Encoder: ResponseEncoder>(into output: inout Encoder) {
        guard gathered.readableBytes > 0 else { return }
        switch framing {
        case .chunked: emitChunk(.buffer(gathered), into: &output)
        case .none: break
        case .contentLength, .untilClose:
            sentContentBytes += gathered.readableBytes
            output.append(.buffer(gathered), isChunked: false)
        }
        gathered.clear()
    }

    private mutating func emitChunk<Encoder: ResponseEncoder>(_ content: OutgoingContent, into output: inout Encoder) {
        sentContentBytes += content.byteCount
        output.append(content, isChunked: true)
    }
}
