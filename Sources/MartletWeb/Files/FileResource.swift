import CLibrary
import CFileSystem
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// One representation that can be sent: a file, or its content in another coding.
final class FileResource: Sendable {
    /// Where the bytes are.
    enum Content: Sendable {
        case memory(ByteBuffer)
        case file(OpenFile, length: Int)

        var byteCount: Int {
            switch self {
            case .memory(let bytes): bytes.readableBytes
            case .file(_, let length): length
            }
        }
    }

    /// The facts about a file that has been found.
    struct Origin: Sendable {
        /// The path by which the system finds the file.
        let systemPath: [CChar]
        let path: RelativePath
        /// The path in a URL, in its normal form: the key of what is kept of the file.
        let key: String
        let metadata: FileMetadata
        let version: FileVersion
        /// Whether the file was changed so recently that another change might not show in its metadata.
        let isFresh: Bool
    }

    let origin: Origin
    let mediaType: MediaType?
    /// The content coding, if there is one.
    let coding: String?
    let content: Content
    let tag: EntityTag?
    let lastModified: HTTPDate
    /// Whether the content is worth compressing: it has no coding, and its type compresses well.
    let isCompressible: Bool

    /// Whether there may be files beside it with the same content in a coding.
    let mayHaveSiblings: Bool
    let fields: FileFields
    /// The change of a response's fields that goes with the content.
    let headers: PreparedHeaders
    /// The same where another client could get another representation.
    let varyingHeaders: PreparedHeaders

    var metadata: FileMetadata { origin.metadata }

    init(
        _ origin: Origin,
        mediaType: MediaType?,
        coding: String? = nil,
        content: Content,
        now: FileMetadata.Moment,
        cachePolicy: VirtualDirectory.CachePolicy
    ) {
        self.origin = origin
        self.mediaType = mediaType
        self.coding = coding
        self.content = content
        tag = origin.version.tag(coding: coding)
        lastModified = origin.metadata.lastModified(now: now)
        isCompressible =
            coding == nil && mediaType?.isCompressible == true
            && !CompressedName.isCompressed(origin.path.names.last ?? [])
        mayHaveSiblings = VirtualDirectory.mayHaveSiblings(mediaType)
        let fields = FileFields(
            contentType: mediaType?.description ?? "application/octet-stream",
            lastModified: lastModified.description,
            coding: coding,
            tag: tag?.description,
            cacheControl: cachePolicy.value?(origin.path.encoded, mediaType)
        )
        self.fields = fields
        headers = PreparedHeaders { fields.describeContent(in: &$0, varies: false) }
        varyingHeaders = PreparedHeaders { fields.describeContent(in: &$0, varies: true) }
    }

    /// The same file in a content coding: from the file of another name, or compressed here.
    ///
    /// A file of another name is newer, or as old: its times are those of the representation.
    func coded(_ coding: String, _ other: FileResource? = nil, content: Content, _ policy: VirtualDirectory.CachePolicy)
        -> FileResource
    {
        let other = other?.origin ?? origin
        return FileResource(
            Origin(
                systemPath: other.systemPath,
                path: origin.path,
                key: origin.key,
                metadata: other.metadata,
                version: other.version,
                isFresh: other.isFresh
            ),
            mediaType: mediaType,
            coding: coding,
            content: content,
            now: .now,
            cachePolicy: policy
        )
    }

    /// Whether the name still stands for the same file with the same content. One quick system call.
    func isCurrent(followsLinks: Bool) -> Bool {
        FileMetadata(at: origin.systemPath, followsLink: followsLinks) == origin.metadata
    }
}

extension OpenFile {
    /// Reads the whole of a small file.
    ///
    /// - Throws: ``FileTree/Failure/wouldBlock`` when part of it is only on the disk, and `patience` does not allow
    ///   waiting.
    func content(length: Int, _ patience: FileTree.Patience) throws -> ByteBuffer {
        #if os(Linux)
            if patience == .cached {
                var buffer = ByteBufferAllocator().buffer(capacity: length)
                var result = 0
                buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { space in
                    result = martlet_pread_cached(descriptor, space.baseAddress, length, 0)
                    return max(result, 0)
                }
                guard result == length else { throw FileTree.Failure.wouldBlock }
                return buffer
            }
        #endif
        guard patience == .disk else { throw FileTree.Failure.wouldBlock }
        let buffer = try read(0..<length)
        guard buffer.readableBytes == length else { throw HTTPServerError.fileTruncated }
        return buffer
    }
}
