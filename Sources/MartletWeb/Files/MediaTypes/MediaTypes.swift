import HTTPWire

/// The media types of files by the extensions of their names.
///
///     var types = MediaTypes.standard
///     types["shader"] = .plainText
///     types.type(ofFileNamed: "page.HTML")   // text/html
public struct MediaTypes: Sendable {
    private var types: [String: MediaType]

    /// A table without types.
    public init() {
        types = [:]
    }

    /// The types of more than a thousand extensions.
    public static let standard = MediaTypes(table: String(decoding: PackageResources.mime_types, as: UTF8.self))

    /// Types in the format of `mime.types`: a type and its extensions on each line; `#` begins a comment. Invalid media
    /// types are left out.
    public init(table: String) {
        types = [:]
        for line in table.split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, words.count > 1, let type = MediaType(String(first)) else { continue }
            for word in words.dropFirst() { types[word.lowercased()] = type }
        }
    }

    /// How many extensions are known.
    public var count: Int { types.count }

    /// The type of files with this extension, which is given without its dot; case makes no difference.
    public subscript(fileExtension: String) -> MediaType? {
        get { types[fileExtension.lowercased()] }
        set { types[fileExtension.lowercased()] = newValue }
    }

    /// The type of a file with this name, by its extension.
    public func type(ofFileNamed name: String) -> MediaType? {
        guard let dot = name.utf8.lastIndex(of: 0x2E) else { return nil }
        return self[String(name[name.utf8.index(after: dot)...])]
    }
}
