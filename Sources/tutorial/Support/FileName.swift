import Martlet

/// A name for a file that can't lead out of its directory.
struct FileName: Sendable {
    /// At most this many bytes make a name on the usual file systems.
    static let maximumLength = 255

    let text: String

    /// The last segment of a request's path.
    ///
    /// A segment is checked after it has been decoded: `/..%2f..%2fetc%2fpasswd` has one segment, and it leads far away.
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
            throw HTTPError(.badRequest, "A file name can't start with a dot or contain slashes or control characters.")
        }
        text = name
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "/" || scalar == "\\" || scalar.properties.generalCategory == .control
    }
}
