import HTTPTypes
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension HTTPServerRequest {
    /// The content, decoded from JSON.
    ///
    /// Its type must be `application/json` or end in `+json`. Browsers send forms and plain text for the pages of every
    /// origin, but JSON only if the server allows it (``CORSPolicy`` of MartletWeb), so this keeps such pages from
    /// acting in the name of the user. Content without a type is accepted from programs, which send no `Origin`.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    ///   - requiresType: Whether the type must be that of JSON. True by default; if false, check the origin yourself.
    /// - Throws: ``HTTPBodyError``; ``HTTPError`` with 415 when the content has another type or a content coding, and
    ///   with 400 and the reason when it is not the expected JSON.
    public func json<Value: Decodable>(
        _ type: Value.Type,
        upTo limit: Int? = nil,
        requiresType: Bool = true
    ) async throws -> Value {
        if requiresType { try requireJSON() }
        let content = try await collect(upTo: limit)
        do {
            return try JSONDecoder().decode(type, from: Data(content.readableBytesView))
        } catch {
            throw HTTPError(.badRequest, JSONExplanation(error, content).sentence)
        }
    }

    /// The content, as whatever JSON it is.
    ///
    /// - Parameters:
    ///   - limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    ///   - requiresType: Whether the type must be that of JSON. True by default.
    /// - Throws: What ``json(_:upTo:requiresType:)`` throws.
    public func json(upTo limit: Int? = nil, requiresType: Bool = true) async throws -> JSONValue {
        try await json(JSONValue.self, upTo: limit, requiresType: requiresType)
    }
}

extension HTTPServerResponse {
    /// Sends `value` as JSON and ends the response. The content type becomes `application/json; charset=utf-8`.
    ///
    /// - Throws: `EncodingError`, or ``HTTPServerError``.
    public func end(json value: some Encodable) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(value)
        headers[.contentType] = "application/json; charset=utf-8"
        try await end(ByteBuffer(bytes: data))
    }
}
