import HTTPTypes
import HTTPWire
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Ways to read the content. Each reads it to its end, and it can be read only once.
extension HTTPClientResponse {
    /// The whole content.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the client's `maximumCollectedBytes` (64 MiB).
    /// - Throws: ``HTTPBodyError``, or ``HTTPClientError``.
    public func collect(upTo limit: Int? = nil) async throws -> ByteBuffer {
        try await body.collect(upTo: limit ?? maximumCollectedBytes)
    }

    /// The content as text, in the character set that `Content-Type` names, or in UTF-8 if it names none.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the client's `maximumCollectedBytes` (64 MiB).
    /// - Throws: ``HTTPClientError/notText(_:)``; else as ``collect(upTo:)``.
    public func text(upTo limit: Int? = nil) async throws -> String {
        let bytes = try await collect(upTo: limit)
        do {
            return try TextEncoding(of: headers).decode(bytes)
        } catch {
            throw HTTPClientError.notText(error.message)
        }
    }

    /// The content, decoded from JSON, whatever `Content-Type` says: the caller has chosen the server.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - limit: The most bytes to accept; nil for the client's `maximumCollectedBytes` (64 MiB).
    /// - Throws: ``HTTPClientError/unexpectedJSON(_:)``; else as ``collect(upTo:)``.
    public func json<Value: Decodable>(_ type: Value.Type, upTo limit: Int? = nil) async throws -> Value {
        let content = try await collect(upTo: limit)
        do {
            // A byte order mark may be ignored (RFC 8259 section 8.1).
            let bytes = content.readableBytesView
            return try JSONDecoder().decode(type, from: Data(bytes.dropFirst(TextEncoding.utf8Mark(of: bytes))))
        } catch {
            throw HTTPClientError.unexpectedJSON(JSONExplanation(error, content).sentence)
        }
    }

    /// The content, read from JSON as whatever it is.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the client's `maximumCollectedBytes` (64 MiB).
    /// - Throws: as ``json(_:upTo:)``.
    public func json(upTo limit: Int? = nil) async throws -> JSONValue {
        try await json(JSONValue.self, upTo: limit)
    }
}
