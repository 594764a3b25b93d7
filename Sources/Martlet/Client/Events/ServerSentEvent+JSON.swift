import HTTPWire
import NIOCore

extension ServerSentEvent {
    /// The data, decoded from JSON.
    ///
    /// - Throws: ``HTTPClientError/unexpectedJSON(_:)``.
    public func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try JSONFormat.standard.decode(type, from: ByteBuffer(string: data))
        } catch {
            throw HTTPClientError.unexpectedJSON(JSONExplanation(error, ByteBuffer(string: data)).sentence)
        }
    }
}
