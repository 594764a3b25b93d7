import HTTPTypes
import HTTPWire
import Martlet

extension VirtualDirectory {
    /// Answers a request for a directory.
    public typealias DirectoryHandler = @Sendable (Directory, HTTPServerRequest) async throws -> Void
    /// Answers a request that can't be fulfilled; the response's status is set.
    public typealias ErrorPageHandler = @Sendable (HTTPServerRequest) async throws -> Void

    /// What is served, and how. Every default is safe.
    public struct Configuration: Sendable {
        /// Whether a directory without an index file is answered with a list of its entries; 404 otherwise. False by
        /// default.
        public var listsDirectories = false
        /// Whether symbolic links are followed. True by default; false answers 404 where one is on the way.
        public var followsLinks = true
        /// Whether links may lead to what is below the root only, and must be relative. True by default.
        public var confinesLinks = true
        /// Whether file systems that are mounted below the root are served too. False by default; without ``confinesLinks``
        /// links may lead to them all the same.
        public var followsMounts = false
        /// Whether files and directories whose names begin with a dot are served: `.git`, `.env`. False by default;
        /// `.well-known` (RFC 8615) is served all the same.
        public var servesHiddenFiles = false
        /// The files to look for in a directory, the first that exists counts. `index.html` by default.
        public var indexFiles = ["index.html"]
        /// Answers for directories without an index file, in place of the list.
        public var directoryHandler: DirectoryHandler?
        /// Answers with the page for an error, in place of a short one.
        public var errorPageHandler: ErrorPageHandler?

        /// The media types of files by their extensions.
        public var mediaTypes = MediaTypes.standard
        /// The character set that is told of text files; nil for none. `utf-8` by default.
        public var charset: String? = "utf-8"
        /// Whether the first bytes of a file decide about its media type where its extension does not. False by default.
        public var sniffsMediaTypes = false

        /// What the entity tags of files stand for that are too long to be held in memory. By default the tag of a file is
        /// another one whenever it has been written, and on each machine; see ``EntityTagPolicy/shared``.
        public var entityTags = EntityTagPolicy.exact
        /// What is said about caching. By default nothing: caches find their own answer by `Last-Modified` and `ETag`.
        public var cachePolicy = CachePolicy.unspecified
        /// Whether `page.html.br`, `.zst` or `.gz` is sent in place of `page.html` to clients that take it, if it is not
        /// older. Only of files that compress well. True by default; set it to false where others may put files into the
        /// directory, unless their names are those that ``UploadName`` makes.
        public var servesPrecompressedFiles = true
        /// The longest file that is compressed with gzip when a client asks for it, in bytes; 0 for none. 1 MiB by
        /// default. Longer ones are best compressed beforehand.
        public var maximumCompressedBytes = 1_048_576
        /// How many ranges of a file may be asked for at once; with more the whole is sent. 50 by default.
        public var maximumRanges = 50

        /// The longest file that is kept in memory, in bytes. 16 KiB by default: longer ones are sent faster from the
        /// system's own memory.
        public var maximumCachedFileBytes = 16_384
        /// The longest file that is kept open, in bytes. 1 MiB by default: what is deleted meanwhile takes room on the disk
        /// until other files have taken its place.
        public var maximumOpenFileBytes = 1_048_576
        /// How much memory small files and compressed ones may take. 32 MiB by default; 0 keeps none. An open file counts
        /// as 256 KiB, so that there are at most 128 of them by default.
        public var cacheBytes = 33_554_432

        /// How long a file must have been left alone for its facts to be trusted. Some file systems count in steps of two
        /// seconds.
        var settlingSeconds = 2
        /// Whether the kernel's help is done without, for the tests.
        var walksStepwise = false

        /// The defaults.
        public init() {}
    }

    /// The `Cache-Control` of files.
    public struct CachePolicy: Sendable {
        let value: (@Sendable (_ path: String, _ mediaType: MediaType?) -> String?)?

        /// Decides for each file, not for each request: `value` is given its path below the root, as it stands in a URL,
        /// and its media type, and returns the field's value; nil for no field.
        public init(_ value: @escaping @Sendable (_ path: String, _ mediaType: MediaType?) -> String?) {
            self.value = value
        }

        private init() {
            value = nil
        }

        /// Says nothing.
        public static let unspecified = CachePolicy()
        /// A cache asks each time whether the file has changed.
        public static let revalidate = CachePolicy { _, _ in "no-cache" }
        /// Nothing is kept anywhere.
        public static let never = CachePolicy { _, _ in "no-store" }
        /// Files that never change under their name, such as those with a hash in it.
        public static let immutable = CachePolicy { _, _ in "public, max-age=31536000, immutable" }

        /// A cache may keep files for this long.
        public static func maxAge(_ age: Duration) -> CachePolicy {
            let value = "public, max-age=\(max(0, age.components.seconds))"
            return CachePolicy { _, _ in value }
        }
    }
}
