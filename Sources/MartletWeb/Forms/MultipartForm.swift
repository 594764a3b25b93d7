import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// The parts of a `multipart/form-data` form as they arrive, in constant memory (RFC 7578).
///
/// ```swift
/// for try await part in try request.multipart() where part.isFile {
///     try await part.save(to: "uploads/\(UUID())")
/// }
/// ```
///
/// Read the content of a part before asking for the next one, which skips the rest. While nothing is read, the client
/// can't send more.
public struct MultipartForm: AsyncSequence, Sendable {
    /// One field of the form, which may be a file.
    public typealias Element = MultipartPart

    private let reader: MultipartReader

    /// The parts of the content of a message.
    ///
    /// - Parameters:
    ///   - body: The content.
    ///   - type: Its media type.
    ///   - limits: The limits. The default ones limit everything but the size of parts and of the whole.
    ///   - encoding: The character set of text that names none, unless the form has a field `_charset_`
    ///     (RFC 7578 section 4.6). UTF-8 by default.
    /// - Throws: `MultipartError` if the media type is not `multipart/form-data` with a boundary.
    public init(
        _ body: HTTPBody,
        type: MediaType?,
        limits: MultipartLimits = MultipartLimits(),
        encoding: TextEncoding = .utf8
    ) throws {
        let boundary = try MultipartBoundary(of: type, expecting: MediaType.multipartFormData.essence)
        reader = MultipartReader(body, boundary: boundary, limits: limits, encoding: encoding)
    }

    /// Reads the parts in order.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        fileprivate let reader: MultipartReader

        /// The next part, or nil at the end. The rest of the previous part is skipped.
        ///
        /// - Throws: `MultipartError`, `HTTPBodyError`, or `CancellationError`.
        public mutating func next() async throws -> MultipartPart? {
            guard let (head, number) = try await reader.nextPart() else { return nil }
            return MultipartPart(head: head, reader: reader, number: number)
        }
    }

    /// An iterator over the parts.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(reader: reader)
    }
}

extension HTTPServerRequest {
    /// The parts of a `multipart/form-data` content, as they arrive.
    ///
    /// If the handler rethrows the errors, the answer is 400 for what is malformed, 413 or 431 for what exceeds the
    /// limits, and 415 for another media type or a content coding.
    ///
    /// - Throws: `MultipartError` if the media type is not `multipart/form-data` with a boundary; `HTTPError` with 415
    ///   for a content coding.
    public func multipart(limits: MultipartLimits = MultipartLimits()) throws -> MultipartForm {
        try requireNoContentCoding()
        return try MultipartForm(body, type: headers.contentType, limits: limits)
    }
}
