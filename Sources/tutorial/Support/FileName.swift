import Martlet

/// A file name that can't lead out of its directory.
struct FileName: Sendable {
    /// The maximum length of a name in bytes on common file systems.
    static let maximumLength = 255

    let text: String

    /// Takes the last segment of a request's path.
    ///
    /// The segment is checked after decoding: `/..%2f..%2fetc%2fpasswd` has one segment, and it leads elsewhere.
    ///
    /// - Throws: `HTTPError` with 400 and the reason.
    init(lastOf target: RequestTarget) throws {
        guard let segments = try? target.pathSegments else {
            throw HTTPError(.badRequest, "The file name is not UTF-8.")
        }
        guard let name = segments.last, !name.isEmpty else {
            throw HTTPError(.badRequest, "Name the file in the path, for example /file.txt.")
        }
        guard name.utf8.count <= Self.maximumLength else {
            throw HTTPError(.badRequest, "The file name is longer than \(Self.maximumLength) bytes.")
        }
        // A leading dot rules out "." and "..", hidden files, and the temporary files of atomic writes.
        guard name.utf8.first != UInt8(ascii: "."), !name.unicodeScalars.contains(where: Self.isForbidden) else {
            throw HTTPError(.badRequest, "A file name can't begin with a dot or contain slashes or control characters.")
        }
        text = name
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "/" || scalar == "\\" || scalar.properties.generalCategory == .control
    }
}
