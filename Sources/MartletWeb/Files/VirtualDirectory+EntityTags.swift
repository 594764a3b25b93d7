import HTTPWire
import Martlet
import NIOCore

extension VirtualDirectory {
    /// The source of the entity tags (`ETag`) of files.
    ///
    /// The tag of a file that is held in memory is made of its content: it is strong, and the same for every copy of
    /// the file. These policies are for longer files than ``Configuration/maximumCachedFileBytes``.
    public enum EntityTagPolicy: Sendable, Hashable {
        /// A strong tag of size, time of modification and time of change (`ctime`). It changes whenever the file is
        /// written, whatever its time of modification is set to afterwards, and differs between machines: if several
        /// serve copies of one tree, a client that gets to another one downloads the whole file again.
        case exact
        /// A weak tag of size and time of modification: the same on all machines whose copies keep that time, so that
        /// each can answer 304. Content replaced by one of the same size and time goes unnoticed, and an interrupted
        /// download starts anew, since a weak tag does not stand for exact bytes (RFC 9110 section 13.1.5).
        case shared
    }
}

extension FileMetadata {
    /// The text of the tag of a file whose content is not in memory: its size and its times.
    fileprivate func tagText(includesChange: Bool) -> String {
        var text = String(size, radix: 36)
        for moment in includesChange ? [modified, changed] : [modified] {
            text += "-"
            text += String(moment.seconds, radix: 36)
            text += "."
            text += String(moment.nanoseconds, radix: 36)
        }
        return text
    }
}

/// The source of the tags of a file, the same for all codings.
struct FileVersion: Sendable, Hashable {
    let text: String
    let isWeak: Bool

    /// - Parameters:
    ///   - content: The content of the file, if it is in memory.
    ///   - isFresh: Whether the file has just been changed: another change within the tick of the file system's clock
    ///     would not show in its times (RFC 9110 section 8.8.1).
    init(_ metadata: FileMetadata, content: ByteBuffer?, isFresh: Bool, policy: VirtualDirectory.EntityTagPolicy) {
        if let content {
            text = ContentDigest(of: content).description
            isWeak = false
        } else {
            text = metadata.tagText(includesChange: policy == .exact)
            isWeak = policy == .shared || isFresh
        }
    }

    /// The tag of the content, in a coding or as it is. Each has its own, since the bytes differ (RFC 9110 section
    /// 8.8.3.3).
    func tag(coding: String?) -> EntityTag? {
        EntityTag(opaqueTag: coding.map { "\(text)-\($0)" } ?? text, isWeak: isWeak)
    }
}
