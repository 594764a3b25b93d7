import HTTPWire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the file system tells of a file. Two equal values stand for the same file with the same content.
struct FileFacts: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case file
        case directory
        case link
        /// A pipe, a device or a socket: nothing that has a content to send.
        case other
    }

    /// A moment with nanoseconds, as file systems have them.
    struct Moment: Sendable, Hashable, Comparable {
        var seconds: Int
        var nanoseconds: Int

        static func < (left: Moment, right: Moment) -> Bool {
            (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
        }

        /// The present time, as precise as file systems keep it.
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
    /// When content, name or permissions changed; nobody can set it back.
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

    /// The facts of an open file; nil when the system does not tell them.
    init?(of descriptor: CInt) {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { return nil }
        self.init(info)
    }

    /// The facts of what has this name now; nil when nothing has it.
    init?(at path: UnsafePointer<CChar>, in directory: CInt = AT_FDCWD, followsLink: Bool) {
        var info = stat()
        guard fstatat(directory, path, &info, followsLink ? 0 : AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        self.init(info)
    }

    var lastModified: HTTPDate { HTTPDate(secondsSince1970: Int64(modified.seconds)) }

    /// The entity tag: size, time of modification and inode, and the coding that was applied.
    ///
    /// It is a weak one while the file has just been modified: another change within the tick of the file system's clock
    /// would not show (RFC 9110 section 8.8.1).
    func entityTag(coding: String? = nil, isWeak: Bool) -> EntityTag? {
        var text = String(inode, radix: 36)
        text += "-"
        text += String(size, radix: 36)
        text += "-"
        text += String(modified.seconds, radix: 36)
        text += "."
        text += String(modified.nanoseconds, radix: 36)
        if let coding {
            text += "-"
            text += coding
        }
        return EntityTag(opaqueTag: text, isWeak: isWeak)
    }
}
