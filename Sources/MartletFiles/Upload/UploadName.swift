/// A name that a file can be stored under, made of the one that its sender calls it.
///
/// ```swift
/// UploadName("C:\\Users\\me\\..\\.profile").text   // "profile"
/// ```
///
/// It has no folders, no control characters or marks that turn the direction of text, no dot at its start, and no more
/// bytes than the usual file systems take. There always is one.
public struct UploadName: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// The name.
    public var description: String { text }

    /// How many bytes a name may have; some are left for a number.
    private static let maximumLength = 240

    /// A name for a file.
    public init(_ fileName: String) {
        // Some senders tell the whole path, with slashes of either kind.
        let base = fileName.unicodeScalars.split { $0 == "/" || $0 == "\\" }.last.map(Array.init) ?? []
        var name = String(String.UnicodeScalarView(base.map { Self.isPrintable($0) ? $0 : "_" }))
        while let first = name.first, first == "." || first.isWhitespace { name.removeFirst() }
        while let last = name.last, last == "." || last.isWhitespace { name.removeLast() }
        let (stem, suffix) = Self.parts(of: name)
        let room = Self.maximumLength - min(suffix.utf8.count, 32)
        let short = Self.prefix(of: stem, bytes: room) + Self.prefix(of: suffix, bytes: 32)
        text = short.isEmpty ? "upload" : short
    }

    private init(text: String) {
        self.text = text
    }

    /// The same name with a number, for when there is a file of the name: `note (2).txt`.
    func numbered(_ number: Int) -> UploadName {
        let (stem, suffix) = Self.parts(of: text)
        return UploadName(text: "\(stem) (\(number))\(suffix)")
    }

    /// The name up to its last dot, and the rest.
    private static func parts(of name: String) -> (stem: String, suffix: String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
        return (String(name[..<dot]), String(name[dot...]))
    }

    /// As many whole characters as fit.
    private static func prefix(of text: String, bytes: Int) -> String {
        var prefix = ""
        for character in text {
            guard prefix.utf8.count + character.utf8.count <= bytes else { break }
            prefix.append(character)
        }
        return prefix
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        default: true
        }
    }
}
