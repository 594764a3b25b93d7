import HTTPWire
import Martlet
import NIOCore

extension ServerSentEvent {
    /// An event whose data is JSON, in one line.
    ///
    /// - Parameters:
    ///   - value: The data.
    ///   - name: The name, `message` by default.
    ///   - id: The position in the stream; none by default.
    /// - Throws: `EncodingError`, or `ServerSentEventError`.
    public init(
        json value: some Encodable,
        name: String = ServerSentEvent.defaultName,
        id: String? = nil
    ) throws {
        let data = String(buffer: try JSONFormat.standard.encode(value))
        try self.init(data, name: name, id: id)
    }
}
