import HTTPWire

/// A name that a file can be stored under, derived from the one that its sender gives it.
///
/// ```swift
/// let name = UploadName("C:\\Users\\me\\..\\.profile").text   // "profile"
/// ```
///
/// It has no folders, no control characters or marks that change the direction of text, no dot at its start, and no
/// more bytes than the usual file systems allow. There is one for every file name.
///
/// Nor does it have a special meaning to a server: `index.html`, which is shown in place of its directory, becomes
/// `index_.html`; and `page.html.gz`, which could be sent as the content of `page.html` (see
/// ``VirtualDirectory/Configuration/servesPrecompressedFiles``), becomes `page_html.gz`.
public struct UploadName: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// The name.
    public var description: String { text }

    /// How many bytes a name may have; some are left for a number.
    private static let maximumLength = 240

    /// The name for a file that its sender calls `fileName`.
    public init(_ fileName: String) {
        // By code points: a combining mark after the dot makes it another character, but the byte stays the same. Some
        // senders give the whole path, with slashes of either kind.
        let base = fileName.unicodeScalars.split { $0 == "/" || $0 == "\\" }.last.map(Array.init) ?? []
        let name = Self.trimmed(base.map { Self.isPrintable($0) ? $0 : "_" }[...])
        let (stem, suffix) = Self.parts(of: name)
        let room = Self.maximumLength - min(Self.byteCount(suffix), Self.maximumSuffixLength)
        let short = Self.prefix(of: stem, bytes: room) + Self.prefix(of: suffix, bytes: Self.maximumSuffixLength)
        // A shortened name may begin or end differently.
        text = Self.withoutSpecialMeaning(Self.text(Self.trimmed(short)))
        assert(text.utf8.first != 0x2E && text.utf8.count <= 255)
    }

    private init(text: String) {
        self.text = text
    }

    /// The same name with a number, in case a file of that name exists: `note (2).txt`.
    func numbered(_ number: Int) -> UploadName {
        let (stem, suffix) = Self.parts(of: Array(text.unicodeScalars)[...])
        return UploadName(text: "\(Self.text(stem)) (\(number))\(Self.text(suffix))")
    }

    // MARK: Names with a special meaning

    /// The name, or a similar one without a special meaning to a server.
    private static func withoutSpecialMeaning(_ name: String) -> String {
        guard !name.isEmpty else { return "upload" }
        var name = name
        let bytes = Array(name.utf8)
        if let dot = bytes.lastIndex(of: 0x2E), VirtualDirectory.isCodingEnding(bytes[dot...]),
            let inner = bytes[..<dot].lastIndex(of: 0x2E),
            VirtualDirectory.mayHaveSiblings(
                MediaTypes.standard.type(ofFileNamed: String(decoding: bytes[..<dot], as: UTF8.self))
            )
        {
            var changed = bytes
            changed[inner] = 0x5F
            name = String(decoding: changed, as: UTF8.self)
        }
        let (stem, suffix) = parts(of: Array(name.unicodeScalars)[...])
        // File systems that ignore case make no difference between these.
        guard text(stem).lowercased() == "index" else { return name }
        return "\(text(stem))_\(text(suffix))"
    }

    // MARK: Code points

    private typealias Scalars = ArraySlice<Unicode.Scalar>

    private static let maximumSuffixLength = 32

    /// The name without the dots, blanks and stray marks at its start, and without the dots and blanks at its end.
    private static func trimmed(_ name: Scalars) -> Scalars {
        var name = name
        while let first = name.first, first == "." || first.properties.isWhitespace || isMark(first) {
            name.removeFirst()
        }
        while let last = name.last, last == "." || last.properties.isWhitespace { name.removeLast() }
        return name
    }

    /// The name up to its last dot, and the rest.
    private static func parts(of name: Scalars) -> (stem: Scalars, suffix: Scalars) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, []) }
        return (name[..<dot], name[dot...])
    }

    /// As many whole characters as fit.
    private static func prefix(of name: Scalars, bytes: Int) -> Scalars {
        var (end, count) = (name.startIndex, 0)
        for character in text(name) {
            // The longest characters, a letter with many marks, may be cut inside.
            guard count + character.utf8.count <= bytes else {
                if count > 0 { break }
                for scalar in character.unicodeScalars {
                    guard count + UTF8.width(scalar) <= bytes else { break }
                    count += UTF8.width(scalar)
                    end += 1
                }
                break
            }
            count += character.utf8.count
            end += character.unicodeScalars.count
        }
        return name[..<end]
    }

    private static func text(_ scalars: Scalars) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    private static func byteCount(_ scalars: Scalars) -> Int {
        scalars.reduce(0) { $0 + UTF8.width($1) }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        default: true
        }
    }
}
