/// Why a cookie jar cannot be read from its file.
public enum CookieJarError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file at `path` is not one of a cookie jar, or damaged. It is at `keptAt` now, in place of an older one there.
    case corrupt(path: String, keptAt: String, reason: String)
    /// The file has a version that is not known. It has been left alone.
    case unknownVersion(Int, path: String)

    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .corrupt(let path, let keptAt, let reason):
            "The cookies in \(path) can't be read: \(reason). The file is kept as \(keptAt); try again to start without."
        case .unknownVersion(let version, let path):
            "The cookies in \(path) have the version \(version), which is not known. A newer version may have saved them."
        }
    }
}
