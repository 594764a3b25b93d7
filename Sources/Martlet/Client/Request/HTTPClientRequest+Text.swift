/// More ways to write text.
extension HTTPClientRequest {
    /// Adds a text and a line feed to the content. See ``write(_:)-(String)``.
    public func writeLine(_ text: String = "") async throws {
        try await write(text + "\n")
    }

    /// Adds the texts of `items` to the content, with `separator` between them. See ``write(_:)-(String)``.
    public func writeAll(_ items: some Sequence<some CustomStringConvertible>, separator: String = "") async throws {
        try await write(items.map { $0.description }.joined(separator: separator))
    }

    /// Adds every text of `source` to the content as it arrives. See ``write(_:)-(String)``.
    public func write<Source: AsyncSequence>(contentsOf source: Source) async throws where Source.Element == String {
        for try await text in source {
            try await write(text)
        }
    }
}
