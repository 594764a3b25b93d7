import CLibrary
import CFileSystem
import HTTPWire
import Martlet

/// The files below a root directory, and the rules for reaching them.
///
/// The system never follows a path wherever it leads. On Linux the kernel itself keeps it below the root (`openat2`
/// with `RESOLVE_BENEATH`); elsewhere ``StepwiseWalk`` goes from one open directory to the next. Either way, links that
/// are swapped meanwhile change nothing: what was checked is what is open.
struct FileTree: Sendable {
    /// Whether to wait for the disk.
    enum Patience: Sendable {
        /// No: only use names and pages in the system's memory, since the event loop must not wait.
        case cached
        case disk
    }

    enum Failure: Error, Equatable {
        /// There is nothing of this name.
        case notFound
        /// There is something of this name, but the rules forbid serving it: a link that leads out of the root, a pipe.
        /// Clients get the same answer as for a missing file; no other file takes its place.
        case refused
        /// The system denies the process access.
        case forbidden
        /// The answer is only on the disk.
        case wouldBlock
        /// There are no descriptors or no memory at the moment.
        case exhausted
        case system(Int32)

        init(_ code: Int32) {
            switch code {
            case EAGAIN: self = .wouldBlock
            case EMFILE, ENFILE, ENOMEM: self = .exhausted
            case EIO: self = .system(code)
            case EACCES, EPERM: self = .forbidden
            case ENOENT, ENOTDIR, ENAMETOOLONG: self = .notFound
            // Circular links, links out of the root, other file systems, and whatever else the system won't open.
            default: self = .refused
            }
        }
    }

    enum Node: Sendable {
        case file(OpenFile, FileMetadata)
        case directory(FileMetadata)
    }

    let root: String
    var followsLinks = true
    /// Whether links may not lead out of the root.
    var confinesLinks = true
    var followsMounts = false
    /// Whether to do without the kernel's help, as on systems that offer none.
    var walksStepwise = false

    /// The rules of `openat2`.
    private enum Resolve {
        static let noMounts: UInt64 = 0x01
        static let noMagicLinks: UInt64 = 0x02
        static let noLinks: UInt64 = 0x04
        static let beneath: UInt64 = 0x08
        static let cached: UInt64 = 0x20
    }

    /// Opens the file or finds the directory at a path.
    func open(_ path: RelativePath, _ patience: Patience) throws -> Node {
        let root = try openRoot()
        #if os(Linux)
            if !walksStepwise {
                do {
                    return try open(path, below: root, patience)
                } catch Failure.system(ENOSYS) {
                    // An old kernel, or a sandbox that forbids the call.
                }
            }
        #endif
        guard patience == .disk else { throw Failure.wouldBlock }
        return try StepwiseWalk(tree: self, root: root).open(path)
    }

    /// Opens a directory to read its entries. Waits for the disk.
    func openDirectory(_ path: RelativePath) throws -> Descriptor {
        let root = try openRoot()
        #if os(Linux)
            if !walksStepwise {
                do {
                    return try openByKernel(path, below: root, O_RDONLY | O_DIRECTORY, .disk)
                } catch Failure.system(ENOSYS) {}
            }
        #endif
        return try StepwiseWalk(tree: self, root: root).openDirectory(path)
    }

    /// The path by which the system finds the file, to check whether it has changed.
    func systemPath(_ path: RelativePath) -> [CChar] {
        (Array(root.utf8) + path.names.flatMap { [0x2F] + $0 } + [0]).map { CChar(bitPattern: $0) }
    }

    /// Opens the root, anew each time: it may be a link that is switched to another version of a site.
    private func openRoot() throws -> Descriptor {
        #if os(Linux)
            let flags = SystemFlag.path | O_DIRECTORY | O_CLOEXEC
        #else
            let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        #endif
        return try Descriptor(opened: systemOpen(root, flags))
    }
}

#if os(Linux)
    extension FileTree {
        private func open(_ path: RelativePath, below root: Descriptor, _ patience: Patience) throws -> Node {
            // First only look it up: opening a pipe or a device can have an effect.
            let found = try openByKernel(path, below: root, SystemFlag.path, patience)
            guard let metadata = FileMetadata(of: found.number) else { throw Failure.notFound }
            switch metadata.kind {
            case .directory: return .directory(metadata)
            case .link, .other: throw Failure.refused
            case .file: break
            }
            let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY
            let descriptor = try openByKernel(path, below: root, flags, patience).release()
            let file = OpenFile(takingOwnershipOf: descriptor)
            // The name may stand for something else by now; since it was opened without waiting, that did no harm.
            guard let metadata = FileMetadata(of: descriptor), metadata.kind == .file else { throw Failure.refused }
            return .file(file, metadata)
        }

        private func openByKernel(
            _ path: RelativePath,
            below root: Descriptor,
            _ flags: CInt,
            _ patience: Patience
        ) throws -> Descriptor {
            var rules = Resolve.noMagicLinks
            if confinesLinks { rules |= Resolve.beneath }
            if !followsLinks { rules |= Resolve.noLinks }
            // A link that may lead anywhere may lead to another file system too.
            if !followsMounts, confinesLinks || !followsLinks { rules |= Resolve.noMounts }
            if patience == .cached { rules |= Resolve.cached }
            let name = path.cString
            // The kernel gives up when something is renamed anywhere while it follows a `..` of a link.
            for _ in 0..<64 {
                let descriptor = martlet_openat2(root.number, name, UInt64(flags | O_CLOEXEC), rules)
                if descriptor >= 0 { return Descriptor(descriptor) }
                switch errno {
                case EAGAIN where patience == .disk, EINTR: continue
                case ENOSYS, EPERM: throw Failure.system(ENOSYS)
                default: throw Failure(errno)
                }
            }
            throw Failure.exhausted
        }
    }
#endif

extension RelativePath {
    /// The path for a system call, relative to the root.
    fileprivate var cString: [CChar] {
        let bytes = names.isEmpty ? [0x2E] : Array(names.joined(separator: [0x2F]))
        return (bytes + [0]).map { CChar(bitPattern: $0) }
    }
}
