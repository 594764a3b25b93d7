import HTTPWire

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

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
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = String(decoding: try encoder.encode(value), as: UTF8.self)
        try self.init(data, name: name, id: id)
    }
}
