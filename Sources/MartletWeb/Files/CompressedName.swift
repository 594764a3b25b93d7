/// Whether the extension of a file's name says that its content is compressed already, whatever its media type is.
enum CompressedName {
    /// The extensions, in lower case, of formats that are compressed. The media type does not tell: that of `x.svgz` is
    /// the one of `x.svg`.
    private static let endings: Set<String> = [
        "gz", "tgz", "taz", "svgz", "x3dz", "x3dvz", "wrz", "distz", "emz", "wmz", "br", "zst", "tzst", "xz", "txz",
        "lz",
        "tlz", "lzma", "lz4", "bz", "bz2", "tbz", "tbz2", "z", "zip", "7z", "rar", "cab", "jar", "apk", "3mf", "woff",
        "woff2",
    ]

    /// Those with the media type of their decompressed content, which must be sent with the content coding gzip.
    private static let declared: Set<String> = ["svgz", "x3dz"]

    /// Whether the file with this name is compressed.
    static func isCompressed(_ name: [UInt8]) -> Bool {
        ending(of: name).map { endings.contains($0) } ?? false
    }

    /// Whether the content of the file with this name is to be sent as gzip, if it starts as gzip does.
    static func declaresGzip(_ name: [UInt8]) -> Bool {
        ending(of: name).map { declared.contains($0) } ?? false
    }

    /// The first bytes of gzip (RFC 1952 section 2.3.1).
    static let gzipStart: [UInt8] = [0x1F, 0x8B]

    /// The extension, in lower case; nil if there is none.
    private static func ending(of name: [UInt8]) -> String? {
        guard let dot = name.lastIndex(of: 0x2E), name.count - dot <= 6 else { return nil }
        return String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
    }
}
