import CLibrary
import HTTPWire
import Martlet

/// Reaches a file below a root from one open directory to the next, following links by itself.
///
/// Every directory on the way stays open, so that `..` in a link goes back to where the walk came from, whatever is
/// renamed meanwhile. The calls block.
struct StepwiseWalk {
    /// How many links a path may lead through, as on Linux.
    private static let maximumLinks = 40

    let tree: FileTree
    let root: Descriptor

    func open(_ path: RelativePath) throws -> FileTree.Node {
        guard tree.confinesLinks || !tree.followsLinks else { return try openAnywhere(path) }
        let (place, name) = try walk(path)
        guard let name else {
            guard let metadata = FileMetadata(of: place.number) else { throw FileTree.Failure.notFound }
            return .directory(metadata)
        }
        return try openFile(name, in: place.number, O_NOFOLLOW)
    }

    func openDirectory(_ path: RelativePath) throws -> Descriptor {
        guard tree.confinesLinks || !tree.followsLinks else {
            return try Descriptor(opened: systemOpen(tree.systemPath(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        }
        let (place, name) = try walk(path)
        guard name == nil else { throw FileTree.Failure.notFound }
        // The directories of the walk may be open for searching only.
        return try Descriptor(opened: openat(place.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    }

    /// Opens a path whose links may lead anywhere: the system follows them.
    private func openAnywhere(_ path: RelativePath) throws -> FileTree.Node {
        let name = tree.systemPath(path)
        guard let metadata = FileMetadata(at: name, followsLink: true) else { throw FileTree.Failure(errno) }
        if metadata.kind == .directory { return .directory(metadata) }
        return try openFile(name, in: AT_FDCWD, 0)
    }

    private func openFile(_ name: [CChar], in directory: CInt, _ flag: CInt) throws -> FileTree.Node {
        guard let found = FileMetadata(at: name, in: directory, followsLink: flag == 0) else {
            throw FileTree.Failure(errno)
        }
        guard found.kind == .file else { throw FileTree.Failure.refused }
        let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flag
        let descriptor = try Descriptor(opened: openat(directory, name, flags))
        guard let metadata = FileMetadata(of: descriptor.number), metadata.kind == .file else {
            throw FileTree.Failure.refused
        }
        return .file(OpenFile(takingOwnershipOf: descriptor.release()), metadata)
    }

    /// Goes as far as there are directories.
    ///
    /// - Returns: The last directory, and the name in it of what is not a directory; nil when the path ends with the
    ///   directory.
    private func walk(_ path: RelativePath) throws -> (Descriptor, [CChar]?) {
        var places = [root]
        var names = Array(path.names.reversed())
        var links = 0
        let device = FileMetadata(of: root.number)?.device
        while let name = names.popLast() {
            if name.isEmpty || name == [0x2E] { continue }
            if name == [0x2E, 0x2E] {
                // Only a link can have `..`. There is nothing above the root.
                guard places.count > 1 else { throw FileTree.Failure.refused }
                places.removeLast()
                continue
            }
            guard let place = places.last else { throw FileTree.Failure.notFound }
            let cName = (name + [0]).map { CChar(bitPattern: $0) }
            guard let metadata = FileMetadata(at: cName, in: place.number, followsLink: false) else {
                throw FileTree.Failure(errno)
            }
            guard tree.followsMounts || metadata.device == device else { throw FileTree.Failure.refused }
            switch metadata.kind {
            case .directory:
                let flags = SystemFlag.searchDirectory | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
                places.append(try Descriptor(opened: openat(place.number, cName, flags)))
            case .link:
                links += 1
                guard tree.followsLinks, links <= Self.maximumLinks else { throw FileTree.Failure.refused }
                let target = try Self.target(of: cName, in: place.number)
                guard target.first != 0x2F else { throw FileTree.Failure.refused }
                names += target.split(separator: 0x2F).map(Array.init).reversed()
            case .file:
                guard names.isEmpty else { throw FileTree.Failure.notFound }
                return (place, cName)
            case .other:
                throw FileTree.Failure.refused
            }
        }
        guard let place = places.last else { throw FileTree.Failure.notFound }
        return (place, nil)
    }

    private static func target(of name: [CChar], in directory: CInt) throws -> [UInt8] {
        var target = [UInt8](repeating: 0, count: 4096)
        let count = target.withUnsafeMutableBytes { bytes -> Int in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return -1 }
            return readlinkat(directory, name, start, bytes.count)
        }
        guard count >= 0 else { throw FileTree.Failure(errno) }
        return Array(target.prefix(count))
    }
}
