/// A response as it stood on the wire, cut into its parts by code that shares nothing with the server's.
struct RawResponse: CustomStringConvertible {
    /// All of it.
    let raw: [UInt8]
    let statusLine: String
    let fields: [(name: String, value: String)]
    /// The content, with the chunks put together.
    let content: [UInt8]
    /// The fields after a chunked content.
    let trailers: [(name: String, value: String)]

    init(_ raw: [UInt8]) {
        self.raw = raw
        let headLength = raw.firstRange(of: Self.emptyLine)?.upperBound ?? raw.count
        let lines = Self.lines(of: raw[..<headLength])
        statusLine = lines.first ?? ""
        fields = Self.fields(in: lines.dropFirst())
        let body = Array(raw[headLength...])
        if Self.isChunked(fields) {
            let (content, rest) = Self.dechunk(body) ?? ([], [])
            self.content = content
            self.trailers = Self.fields(in: Self.lines(of: rest[...])[...])
        } else {
            content = body
            trailers = []
        }
    }

    var status: Int { Int(statusLine.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    var text: String { String(decoding: content, as: UTF8.self) }
    var description: String { String(decoding: raw, as: UTF8.self) }

    /// The value of the field of this name, whatever its case; several are joined.
    subscript(name: String) -> String? {
        let values = all(name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    func all(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    // MARK: Where a response ends

    static func length(of bytes: [UInt8], to method: String, isEnded: Bool) -> Int? {
        guard let head = bytes.firstRange(of: emptyLine)?.upperBound else { return nil }
        let lines = lines(of: bytes[..<head])
        let fields = fields(in: lines.dropFirst())
        let status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        if method == "HEAD" || status == 204 || status == 304 || status < 200 { return head }
        if isChunked(fields) {
            guard let (_, rest) = dechunk(Array(bytes[head...])) else { return nil }
            let end = rest.starts(with: lineEnd) ? 2 : rest.firstRange(of: emptyLine)?.upperBound
            return end.map { bytes.count - rest.count + $0 }
        }
        if let text = fields.first(where: { $0.name.lowercased() == "content-length" })?.value, let length = Int(text) {
            return bytes.count >= head + length ? head + length : nil
        }
        return isEnded ? bytes.count : nil
    }

    private static let emptyLine = Array("\r\n\r\n".utf8)
    private static let lineEnd = Array("\r\n".utf8)

    private static func lines(of bytes: ArraySlice<UInt8>) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
    }

    private static func fields(in lines: ArraySlice<String>) -> [(name: String, value: String)] {
        lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? parts[1].drop { $0 == " " } : ""
            return (String(parts[0]), String(value))
        }
    }

    private static func isChunked(_ fields: [(name: String, value: String)]) -> Bool {
        fields.contains { $0.name.lowercased() == "transfer-encoding" && $0.value == "chunked" }
    }

    /// The content of the chunks, and what follows the line of the last one; nil when they are not complete.
    private static func dechunk(_ bytes: [UInt8]) -> (content: [UInt8], rest: [UInt8])? {
        var rest = bytes[...]
        var content: [UInt8] = []
        while let line = rest.firstRange(of: lineEnd) {
            let text = String(decoding: rest[..<line.lowerBound], as: UTF8.self)
            guard let size = Int(text, radix: 16) else { return nil }
            rest = rest[line.upperBound...]
            if size == 0 { return (content, Array(rest)) }
            guard rest.count >= size + 2 else { return nil }
            content += rest.prefix(size)
            guard rest.dropFirst(size).starts(with: lineEnd) else { return nil }
            rest = rest.dropFirst(size + 2)
        }
        return nil
    }
}
