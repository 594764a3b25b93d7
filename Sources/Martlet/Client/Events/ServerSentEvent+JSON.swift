import HTTPWire
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ServerSentEvent {
    /// The data, decoded from JSON.
    ///
    /// - Throws: ``HTTPClientError/unexpectedJSON(_:)``.
    public func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(data.utf8))
        } catch {
            throw HTTPClientError.unexpectedJSON(JSONExplanation(error, ByteBuffer(string: data)).sentence)
        }
    }
}
