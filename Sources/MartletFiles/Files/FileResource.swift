import CFileSystem
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

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

    /// The name that the system knows the file by.
    let systemPath: [CChar]
    let path: RelativePath
    let facts: FileFacts
    let mediaType: MediaType?
    /// The content coding, if there is one.
    let coding: String?
    let content: Content
    /// Whether the file has last been changed so recently that another change might not show in its facts.
    let isFresh: Bool
    let tag: EntityTag?

    // The values of the fields, worked out once for all the requests that get the file from memory.
    let contentTypeField: String
    let lastModifiedField: String
    let tagField: String?
    let cacheControlField: String?

    init(
        systemPath: [CChar],
        path: RelativePath,
        facts: FileFacts,
        mediaType: MediaType?,
        coding: String? = nil,
        content: Content,
        isFresh: Bool,
        cachePolicy: VirtualDirectory.CachePolicy
    ) {
        self.systemPath = systemPath
        self.path = path
        self.facts = facts
        self.mediaType = mediaType
        self.coding = coding
        self.content = content
        self.isFresh = isFresh
        tag = facts.entityTag(coding: coding, isWeak: isFresh)
        contentTypeField = mediaType?.description ?? "application/octet-stream"
        lastModifiedField = facts.lastModified.description
        tagField = tag?.description
        cacheControlField = cachePolicy.value?(path.encoded, mediaType)
    }

    /// The same file in a content coding, as the file of another name or made here has it.
    func coded(_ coding: String, _ other: FileResource? = nil, content: Content, _ policy: VirtualDirectory.CachePolicy)
        -> FileResource
    {
        FileResource(
            systemPath: other?.systemPath ?? systemPath,
            path: path,
            facts: other?.facts ?? facts,
            mediaType: mediaType,
            coding: coding,
            content: content,
            isFresh: other?.isFresh ?? isFresh,
            cachePolicy: policy
        )
    }

    /// Whether the name still stands for the same file with the same content. One quick system call.
    func isCurrent(followsLinks: Bool) -> Bool {
        FileFacts(at: systemPath, followsLink: followsLinks) == facts
    }
}

extension OpenFile {
    /// Reads the whole of a small file.
    ///
    /// - Throws: ``FileTree/Failure/wouldBlock`` when part of it is on the disk only, and `patience` allows no wait.
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
