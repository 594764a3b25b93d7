import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Content, parsed according to its media type.
///
/// ```swift
/// switch try await request.parsedBody() {
/// case .json(let value): print(value)
/// case .form(let form): print(form.fields)
/// case .text(let text): print(text)
/// case .binary(let bytes): print(bytes.readableBytes)
/// }
/// ```
public enum ParsedBody: Sendable {
    /// `text/*`.
    case text(String)
    /// `application/json`, and types that end in `+json`.
    case json(JSONValue)
    /// `application/x-www-form-urlencoded` or `multipart/form-data`.
    case form(HTTPForm)
    /// Everything else, and content without a type.
    case binary(ByteBuffer)

    /// The name of the case: `text`, `json`, `form` or `binary`.
    public var type: String {
        switch self {
        case .text: "text"
        case .json: "json"
        case .form: "form"
        case .binary: "binary"
        }
    }
}

extension HTTPServerRequest {
    /// The content as what its media type says it is.
    ///
    /// If the handler rethrows the errors, the answer is 400 for what is malformed or not text in its character set,
    /// 413 for what is too large, and 415 for an unknown character set or a content coding.
    ///
    /// - Parameters:
    ///   - limits: The limits; `textBytes` applies to everything but files.
    ///   - encoding: The character set of text that names none. UTF-8 by default.
    public func parsedBody(limits: FormLimits = FormLimits(), encoding: TextEncoding = .utf8) async throws -> ParsedBody
    {
        try requireNoContentCoding()
        return try await ParsedBody(reading: body, type: headers.contentType, limits: limits, encoding: encoding)
    }
}

extension HTTPClientResponse {
    /// The content, parsed according to its media type. See ``HTTPServerRequest/parsedBody(limits:encoding:)``.
    public func parsedBody(limits: FormLimits = FormLimits(), encoding: TextEncoding = .utf8) async throws -> ParsedBody
    {
        try await ParsedBody(reading: body, type: headers.contentType, limits: limits, encoding: encoding)
    }
}

extension ParsedBody {
    fileprivate init(reading body: HTTPBody, type: MediaType?, limits: FormLimits, encoding: TextEncoding) async throws
    {
        switch type?.essence {
        case MediaType.formURLEncoded.essence, MediaType.multipartFormData.essence:
            self = .form(try await HTTPForm(reading: body, type: type, limits: limits, encoding: encoding))
        case .some where type?.isJSON == true:
            let bytes = try await body.collect(upTo: limits.textBytes)
            self = .json(try Self.json(bytes, type))
        case let essence? where essence.hasPrefix("text/"):
            let bytes = try await body.collect(upTo: limits.textBytes)
            self = .text(try TextEncoding(of: type, otherwise: encoding).decode(bytes))
        default:
            self = .binary(try await body.collect(upTo: limits.textBytes))
        }
    }

    private static func json(_ content: ByteBuffer, _ type: MediaType?) throws -> JSONValue {
        let text = try TextEncoding(of: type).decode(content)
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        } catch {
            throw HTTPError(.badRequest, JSONExplanation(error, content).sentence)
        }
    }
}
