import Martlet

/// The place of a file: a directory and a name in it.
struct FilePlace: Sendable {
    let directory: String
    let name: String

    /// The place that a path means.
    init(_ path: String) {
        if let slash = path.utf8.lastIndex(of: 0x2F) {
            directory = slash == path.startIndex ? "/" : String(path[..<slash])
            name = String(path[path.utf8.index(after: slash)...])
        } else {
            directory = "."
            name = path
        }
    }
}
