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
struct FileResource: Sendable {
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
    var coding: String?
    var content: Content
    /// Whether the file has last been changed so recently that another change might not show in its facts.
    let isFresh: Bool

    var tag: EntityTag? { facts.entityTag(coding: coding, isWeak: isFresh) }

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
