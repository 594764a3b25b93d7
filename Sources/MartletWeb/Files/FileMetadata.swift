import CLibrary
import HTTPWire

/// The file system's facts about a file. Two equal values stand for the same file with the same content.
struct FileMetadata: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case file
        case directory
        case link
        /// A pipe, a device or a socket, which has no content to send.
        case other
    }

    /// A time with nanoseconds, as in file systems.
    struct Moment: Sendable, Hashable, Comparable {
        var seconds: Int
        var nanoseconds: Int

        static func < (left: Moment, right: Moment) -> Bool {
            (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
        }

        /// The current time, as precise as file systems keep it.
        static var now: Moment {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Moment(seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec))
        }
    }

    let kind: Kind
    let device: UInt64
    let inode: UInt64
    let size: Int
    let modified: Moment
    /// When content, name or permissions changed. It can't be set back.
    let changed: Moment

    init(_ info: stat) {
        kind =
            switch info.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .link
            default: .other
            }
        device = UInt64(truncatingIfNeeded: info.st_dev)
        inode = UInt64(truncatingIfNeeded: info.st_ino)
        size = Int(info.st_size)
        #if canImport(Darwin)
            let (modified, changed) = (info.st_mtimespec, info.st_ctimespec)
        #else
            let (modified, changed) = (info.st_mtim, info.st_ctim)
        #endif
        self.modified = Moment(seconds: Int(modified.tv_sec), nanoseconds: Int(modified.tv_nsec))
        self.changed = Moment(seconds: Int(changed.tv_sec), nanoseconds: Int(changed.tv_nsec))
    }

    /// The metadata of an open file; nil when the system does not give them.
    init?(of descriptor: CInt) {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { return nil }
        self.init(info)
    }

    /// The metadata of what now has this name; nil when nothing has it.
    init?(at path: UnsafePointer<CChar>, in directory: CInt = AT_FDCWD, followsLink: Bool) {
        var info = stat()
        guard fstatat(directory, path, &info, followsLink ? 0 : AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        self.init(info)
    }

    /// When the content was last modified, for the field `Last-Modified`: never later than `now` (RFC 9110 section
    /// 8.8.2.1).
    ///
    /// A file can be given a time in the future. Then the time of its last change counts, which stays the same from one
    /// request to the next.
    func lastModified(now: Moment) -> HTTPDate {
        let moment = modified <= now ? modified : min(changed, now)
        return HTTPDate(secondsSince1970: Int64(moment.seconds))
    }

    /// Whether the file has been changed so recently, by the system's clock, that another change might have the same
    /// time. A time in the future, after the clock has been set back, is as far from now as one in the past.
    func isFresh(now: Moment, settlingSeconds: Int) -> Bool {
        let (distance, overflow) = now.seconds.subtractingReportingOverflow(changed.seconds)
        return !overflow && distance.magnitude < UInt(max(settlingSeconds, 0))
    }
}
