/// Why a cookie jar cannot be read from its file.
public enum CookieJarError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file at `path` is not a cookie jar, or it is damaged. It has been moved to `keptAt`, replacing an older one
    /// there.
    case corrupt(path: String, keptAt: String, reason: String)
    /// The file has an unknown version. It has been left alone.
    case unknownVersion(Int, path: String)

    /// The error, and what to do about it.
    public var description: String {
        switch self {
        case .corrupt(let path, let keptAt, let reason):
            "The cookies in \(path) can't be read: \(reason). The file is kept as \(keptAt); try again to start empty."
        case .unknownVersion(let version, let path):
            "The cookies in \(path) have the unknown version \(version). A newer Martlet may have saved them."
        }
    }
}
