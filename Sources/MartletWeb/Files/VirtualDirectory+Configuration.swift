import HTTPTypes
import HTTPWire
import Martlet

extension VirtualDirectory {
    /// Answers a request for a directory.
    public typealias DirectoryHandler = @Sendable (Directory, HTTPServerRequest) async throws -> Void
    /// Answers a request that can't be fulfilled; the response's status is set.
    public typealias ErrorPageHandler = @Sendable (HTTPServerRequest) async throws -> Void

    /// The settings. Every default is safe.
    public struct Configuration: Sendable {
        /// Whether a directory without an index file is answered with a list of its entries; 404 otherwise. False by
        /// default.
        public var listsDirectories = false
        /// Whether the list of a directory offers it as a zip archive, at its path with `?zip`; with
        /// ``listsDirectories`` only. False by default. The archive is made while it is sent, with what the lists show,
        /// but without links to directories.
        public var sendsArchives = false
        /// Whether symbolic links are followed. True by default; false answers 404 where one is on the way.
        public var followsLinks = true
        /// Whether links must be relative and stay below the root. True by default.
        public var confinesLinks = true
        /// Whether file systems mounted below the root are served too. False by default; without ``confinesLinks``,
        /// links may lead to them all the same.
        public var followsMounts = false
        /// Whether files and directories whose names begin with a dot are served: `.git`, `.env`. False by default;
        /// `.well-known` (RFC 8615) is served all the same.
        public var servesHiddenFiles = false
        /// The files to look for in a directory; the first one that exists is served. `index.html` by default.
        public var indexFiles = ["index.html"]
        /// Answers requests for directories without an index file, in place of the list.
        public var directoryHandler: DirectoryHandler?
        /// Answers with an error page, in place of a short text.
        public var errorPageHandler: ErrorPageHandler?

        /// The media types of files by their extensions.
        public var mediaTypes = MediaTypes.standard
        /// The character set to declare for text files; nil for none. `utf-8` by default.
        public var charset: String? = "utf-8"
        /// Whether the first bytes of a file determine its media type if its extension does not. False by default.
        public var sniffsMediaTypes = false

        /// The source of the entity tags of files too long to be held in memory. By default the tag of a file
        /// changes whenever it is written, and differs between machines; see ``EntityTagPolicy/shared``.
        public var entityTags = EntityTagPolicy.exact
        /// The `Cache-Control` of files. By default none: caches decide by `Last-Modified` and `ETag`.
        public var cachePolicy = CachePolicy.unspecified
        /// Whether `page.html.br`, `.zst` or `.gz` is sent in place of `page.html` to clients that accept it, if it is
        /// not older. This applies only to files that compress well. True by default; set it to false if others may put
        /// files into the directory, unless under names that ``UploadName`` makes.
        public var servesPrecompressedFiles = true
        /// The longest file that is compressed with gzip on request, in bytes; 0 for none. 1 MiB by default. Longer
        /// ones are best compressed beforehand.
        public var maximumCompressedBytes = 1_048_576
        /// How many ranges of a file one request may ask for; with more, the whole file is sent. 50 by default.
        public var maximumRanges = 50

        /// The longest file that is kept in memory, in bytes. 16 KiB by default: longer ones are sent faster from the
        /// system's own memory.
        public var maximumCachedFileBytes = 16_384
        /// The longest file that is kept open, in bytes. 1 MiB by default: a deleted file takes up space on the disk
        /// until other files take its place in the cache.
        public var maximumOpenFileBytes = 1_048_576
        /// How much memory small files and compressed ones may take. 32 MiB by default; 0 keeps none. An open file
        /// counts as 256 KiB, so that there are at most 128 of them by default.
        public var cacheBytes = 33_554_432

        /// How long a file must have been unchanged for its metadata to be trusted. Some file systems count in steps of
        /// two seconds.
        var settlingSeconds = 2
        /// Whether to do without the kernel's help, for the tests.
        var walksStepwise = false

        /// A configuration with the defaults.
        public init() {}
    }

    /// The `Cache-Control` of files.
    public struct CachePolicy: Sendable {
        let value: (@Sendable (_ path: String, _ mediaType: MediaType?) -> String?)?

        /// A policy for each file, not for each request: `value` is called with its path below the root, as in a URL,
        /// and its media type, and returns the field's value; nil for no field.
        public init(_ value: @escaping @Sendable (_ path: String, _ mediaType: MediaType?) -> String?) {
            self.value = value
        }

        private init() {
            value = nil
        }

        /// No `Cache-Control`.
        public static let unspecified = CachePolicy()
        /// A cache must ask each time whether the file has changed.
        public static let revalidate = CachePolicy { _, _ in "no-cache" }
        /// No cache may keep the file.
        public static let never = CachePolicy { _, _ in "no-store" }
        /// For files that never change under their name, such as those with a hash in it.
        public static let immutable = CachePolicy { _, _ in "public, max-age=31536000, immutable" }

        /// A cache may keep files for this long.
        public static func maxAge(_ age: Duration) -> CachePolicy {
            let value = "public, max-age=\(max(0, age.components.seconds))"
            return CachePolicy { _, _ in value }
        }
    }
}
