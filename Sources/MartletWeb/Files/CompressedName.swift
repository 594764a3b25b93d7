/// What the end of a file's name says about its content: that it is compressed already, whatever its media type is.
enum CompressedName {
    /// The endings of files, in lower case, that are compressed by themselves. Media types don't tell: that of `x.svgz` is
    /// the one of `x.svg`.
    private static let endings: Set<String> = [
        "gz", "tgz", "taz", "svgz", "x3dz", "x3dvz", "wrz", "distz", "emz", "wmz", "br", "zst", "tzst", "xz", "txz",
        "lz",
        "tlz", "lzma", "lz4", "bz", "bz2", "tbz", "tbz2", "z", "zip", "7z", "rar", "cab", "jar", "apk", "3mf", "woff",
        "woff2",
    ]

    /// Those that have the media type of what is in them: it has to be said that they are in the coding gzip.
    private static let declared: Set<String> = ["svgz", "x3dz"]

    /// Whether the file with this name is compressed.
    static func isCompressed(_ name: [UInt8]) -> Bool {
        ending(of: name).map { endings.contains($0) } ?? false
    }

    /// Whether the content of the file with this name is to be sent as gzip, if it begins as gzip does.
    static func declaresGzip(_ name: [UInt8]) -> Bool {
        ending(of: name).map { declared.contains($0) } ?? false
    }

    /// What gzip begins with (RFC 1952 section 2.3.1).
    static let gzipStart: [UInt8] = [0x1F, 0x8B]

    /// What stands after the last dot, in lower case; nil if there is none.
    private static func ending(of name: [UInt8]) -> String? {
        guard let dot = name.lastIndex(of: 0x2E), name.count - dot <= 6 else { return nil }
        return String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
    }
}
