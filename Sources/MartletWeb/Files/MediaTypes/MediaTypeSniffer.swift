import HTTPWire

/// Recognises the media type of content by its first bytes.
///
/// Only unmistakable formats are recognised, and never HTML or a script, which a browser would run.
public enum MediaTypeSniffer {
    /// How many bytes are looked at.
    public static let byteCount = 16

    private struct Signature {
        let offset: Int
        let bytes: [UInt8]
        let type: MediaType?

        init(_ type: String, _ text: String, at offset: Int = 0) {
            self.init(type, Array(text.utf8), at: offset)
        }

        init(_ type: String, _ bytes: [UInt8], at offset: Int = 0) {
            (self.offset, self.bytes, self.type) = (offset, bytes, MediaType(type))
        }
    }

    private static let signatures = [
        Signature("application/pdf", "%PDF-"),
        Signature("application/postscript", "%!PS-Adobe-"),
        Signature("image/png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        Signature("image/jpeg", [0xFF, 0xD8, 0xFF]),
        Signature("image/gif", "GIF87a"),
        Signature("image/gif", "GIF89a"),
        Signature("image/webp", "WEBPVP", at: 8),
        Signature("image/bmp", [0x42, 0x4D]),
        Signature("image/tiff", [0x49, 0x49, 0x2A, 0x00]),
        Signature("image/tiff", [0x4D, 0x4D, 0x00, 0x2A]),
        Signature("image/vnd.microsoft.icon", [0x00, 0x00, 0x01, 0x00]),
        Signature("image/avif", "ftypavif", at: 4),
        Signature("image/heic", "ftypheic", at: 4),
        Signature("image/heif", "ftypmif1", at: 4),
        Signature("video/quicktime", "ftypqt  ", at: 4),
        Signature("audio/mp4", "ftypM4A ", at: 4),
        Signature("video/3gpp", "ftyp3gp", at: 4),
        Signature("video/mp4", "ftyp", at: 4),
        Signature("video/webm", [0x1A, 0x45, 0xDF, 0xA3]),
        Signature("audio/wav", "WAVE", at: 8),
        Signature("video/x-msvideo", "AVI ", at: 8),
        Signature("audio/aiff", "AIFF", at: 8),
        Signature("audio/mpeg", "ID3"),
        Signature("audio/flac", "fLaC"),
        Signature("audio/midi", "MThd"),
        Signature("application/ogg", "OggS"),
        Signature("font/woff", "wOFF"),
        Signature("font/woff2", "wOF2"),
        Signature("font/otf", "OTTO"),
        Signature("application/wasm", [0x00, 0x61, 0x73, 0x6D]),
        Signature("model/gltf-binary", "glTF"),
        Signature("application/gzip", [0x1F, 0x8B, 0x08]),
        Signature("application/zstd", [0x28, 0xB5, 0x2F, 0xFD]),
        Signature("application/x-xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
        Signature("application/x-bzip2", "BZh"),
        Signature("application/x-7z-compressed", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
        Signature("application/vnd.rar", [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07]),
        Signature("application/zip", [0x50, 0x4B, 0x03, 0x04]),
        Signature("application/vnd.sqlite3", "SQLite format 3"),
    ]

    /// The media type that the first bytes stand for; nil if they are not recognised.
    public static func type(of bytes: some Sequence<UInt8>) -> MediaType? {
        let bytes = Array(bytes.prefix(byteCount))
        return signatures.first { bytes.dropFirst($0.offset).starts(with: $0.bytes) }?.type
    }
}
