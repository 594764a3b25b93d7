import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Synchronization

/// The state that the parts of one content share: the bytes that have not been read yet. One task reads at a time.
final class MultipartReader: Sendable {
    private let limits: MultipartLimits
    /// Nil while a task is reading.
    private let state: Mutex<State?>

    fileprivate struct State: Sendable {
        var bytes: HTTPBody.AsyncIterator
        var parser: MultipartParser
        var buffer = ByteBuffer()
        /// The number of the part that began last.
        var part = 0
        var isPartOver = true
        /// The character set of text that names none.
        var encoding: TextEncoding
        /// Why nothing more can be read.
        var failure: MultipartError?
    }

    init(_ body: HTTPBody, boundary: MultipartBoundary, limits: MultipartLimits, encoding: TextEncoding) {
        self.limits = limits
        state = Mutex(
            State(
                bytes: body.makeAsyncIterator(),
                parser: MultipartParser(boundary: boundary, limits: limits),
                encoding: encoding
            )
        )
    }

    /// The head of the next part and its number; nil at the end. The rest of the previous part is skipped.
    func nextPart() async throws -> (FormDataHead, Int)? {
        try await withState { [limits] (state) -> (FormDataHead, Int)? in
            if let failure = state.failure { throw failure }
            while let event = try await state.nextEvent() {
                switch event {
                case .head(let fields):
                    do throws(MultipartError) {
                        let head = try FormDataHead(fields, limits: limits)
                        state.part += 1
                        state.isPartOver = false
                        return (head, state.part)
                    } catch {
                        state.failure = error
                        throw error
                    }
                case .endOfPart: state.isPartOver = true
                case .content, .end, .needsMoreBytes: break
                }
            }
            return nil
        }
    }

    /// The next bytes of a part; nil at its end.
    ///
    /// - Throws: ``HTTPBodyError/alreadyRead`` for a part that is not the last one returned.
    func nextContent(ofPart part: Int) async throws -> ByteBuffer? {
        try await withState { (state) -> ByteBuffer? in
            guard state.part == part else { throw HTTPBodyError.alreadyRead }
            guard !state.isPartOver else { return nil }
            switch try await state.nextEvent() {
            case .content(let bytes):
                return bytes
            case .endOfPart, .end, .head, .needsMoreBytes, nil:
                state.isPartOver = true
                return nil
            }
        }
    }

    /// The character set of text that names none.
    var encoding: TextEncoding {
        get { state.withLock { $0?.encoding ?? .utf8 } }
        set { state.withLock { $0?.encoding = newValue } }
    }

    private func withState<Result>(_ body: (inout State) async throws -> Result) async throws -> Result {
        guard var taken = state.withLock({ $0.take() }) else { throw HTTPBodyError.alreadyRead }
        defer { state.withLock { [taken] in $0 = taken } }
        return try await body(&taken)
    }
}

extension MultipartReader.State {
    /// The next event; nil at the end of the content.
    fileprivate mutating func nextEvent() async throws -> MultipartParser.Event? {
        while true {
            let event = try parser.parse(&buffer)
            guard case .needsMoreBytes = event else { return event }
            guard let more = try await bytes.next() else {
                try parser.finish()
                return nil
            }
            buffer = more
        }
    }
}
