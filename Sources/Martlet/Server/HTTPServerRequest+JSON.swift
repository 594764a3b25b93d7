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
    /// - Parameters:
    ///   - type: What to decode.
    ///   - limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    /// - Throws: ``HTTPBodyError``; ``HTTPError`` with 400 and the reason when the content is not such JSON.
    public func json<Value: Decodable>(_ type: Value.Type, upTo limit: Int? = nil) async throws -> Value {
        let content = try await collect(upTo: limit)
        do {
            return try JSONDecoder().decode(type, from: Data(content.readableBytesView))
        } catch {
            throw HTTPError(.badRequest, "The content is not the JSON that is expected: \(JSONExplanation(error))")
        }
    }

    /// The content, read from JSON as whatever it is.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    /// - Throws: as ``json(_:upTo:)``.
    public func json(upTo limit: Int? = nil) async throws -> JSONValue {
        try await json(JSONValue.self, upTo: limit)
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
