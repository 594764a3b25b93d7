import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Synchronization

/// A directory as a zip archive, which is made piece by piece as a client takes it.
///
/// It has what the lists of the directories have: no hidden entries, no links out of the root. Links to directories are
/// left out, since they can lead in circles, and so are files that can't be read.
final class DirectoryArchive: Sendable {
    /// How much is made at a time: enough to send at once, and little to keep.
    private static let pieceBytes = 65_536
    /// How much is read for one piece at most, should it compress well.
    private static let maximumRead = 1_048_576

    private struct Level {
        let path: RelativePath
        /// In reverse, so that the next one is the last.
        var entries: [VirtualDirectory.Directory.Entry]
    }

    private struct State: ~Copyable {
        var levels: [Level] = []
        var file: (file: OpenFile, range: Range<Int>)?
        var writer = ZipWriter()
        var hasBegun = false
        var isFinished = false
    }

    private let directory: VirtualDirectory.Directory
    private let state = Mutex(State())

    init(_ directory: VirtualDirectory.Directory) {
        self.directory = directory
    }

    /// The name of the directory in the archive, which it is unpacked to.
    var name: [UInt8] { directory.path.names.last ?? Array("files".utf8) }

    /// The next piece of the archive; nil at its end. Waits for the disk.
    func next() throws -> ByteBuffer? {
        try state.withLock { state in
            if state.isFinished { return nil }
            var output = ByteBuffer()
            if !state.hasBegun {
                state.hasBegun = true
                try enter(directory.path, &state)
            }
            var read = 0
            while output.readableBytes < Self.pieceBytes, read < Self.maximumRead, !state.isFinished {
                read += try step(&state, &output)
            }
            return output
        }
    }

    /// Goes on by some bytes of a file or one entry.
    ///
    /// - Returns: How many bytes were read.
    private func step(_ state: inout State, _ output: inout ByteBuffer) throws -> Int {
        if let (file, range) = state.file {
            let end = min(range.lowerBound + Self.pieceBytes, range.upperBound)
            let bytes = try file.read(range.lowerBound..<end)
            // A file that has become shorter ends here.
            let isComplete = end == range.upperBound || bytes.readableBytes < end - range.lowerBound
            state.file = isComplete ? nil : (file, end..<range.upperBound)
            try state.writer.append(bytes, into: &output)
            return bytes.readableBytes
        }
        guard !state.levels.isEmpty else {
            try state.writer.finish(into: &output)
            state.isFinished = true
            return 0
        }
        guard let entry = state.levels[state.levels.count - 1].entries.popLast() else {
            state.levels.removeLast()
            return 0
        }
        if let path = try? state.levels[state.levels.count - 1].path.appending(entry.name) {
            try begin(entry, path, &state, &output)
        }
        return 0
    }

    private func begin(
        _ entry: VirtualDirectory.Directory.Entry,
        _ path: RelativePath,
        _ state: inout State,
        _ output: inout ByteBuffer
    ) throws {
        let tree = directory.files.tree
        let depth = directory.path.names.count
        // Some programs that unpack archives take a backslash for a slash.
        let names = [name] + path.names.dropFirst(depth)
        let text = Array(names.map { $0.map { $0 == 0x5C ? 0x5F : $0 } }.joined(separator: [0x2F]))
        var record = ZipWriter.Entry(name: text, lastModified: entry.lastModified)
        if entry.isDirectory {
            let metadata = FileMetadata(at: tree.systemPath(path), followsLink: false)
            guard metadata?.kind == .directory else { return }
            record.isDirectory = true
            try state.writer.begin(record, into: &output)
            return try enter(path, &state)
        }
        guard case .file(let file, let metadata)? = try Self.reading({ try tree.open(path, .disk) }) else { return }
        record.maximumBytes = metadata.size
        record.compresses =
            directory.files.configuration.mediaTypes.type(ofFileNamed: entry.text)?.isCompressible ?? true
        try state.writer.begin(record, into: &output)
        if metadata.size > 0 { state.file = (file, 0..<metadata.size) }
    }

    private func enter(_ path: RelativePath, _ state: inout State) throws {
        let directory = VirtualDirectory.Directory(
            path: path,
            metadata: self.directory.metadata,
            files: self.directory.files
        )
        // The directory itself can't be left out.
        let isFirst = path == self.directory.path
        let entries = try isFirst ? directory.read() : Self.reading { try directory.read() }
        state.levels.append(Level(path: path, entries: (entries ?? []).reversed()))
    }

    /// The result of reading what is listed; nil if it has gone meanwhile, or if the process may not read it.
    private static func reading<Value>(_ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch FileTree.Failure.forbidden, FileTree.Failure.notFound, FileTree.Failure.refused {
            return nil
        }
    }
}

extension VirtualDirectory {
    /// Whether the request asks for a directory as an archive.
    func asksForArchive(_ request: HTTPServerRequest) -> Bool {
        configuration.sendsArchives && request.url.query == "zip"
    }

    /// Sends the archive of a directory while it is made: a client that reads slowly has it read slowly.
    func answerArchive(_ directory: Directory, _ request: HTTPServerRequest) async throws {
        let archive = DirectoryArchive(directory)
        let response = request.response
        let name = String(decoding: archive.name, as: UTF8.self)
        guard archives.begin(1) else {
            return try await answerError(.serviceUnavailable, request, headers: [.retryAfter: "60"])
        }
        defer { archives.end(1) }
        // The first piece is made first: what can't be read is answered with an error.
        var piece: ByteBuffer?
        do {
            piece = try await offLoop { Result { try archive.next() } }.get()
        } catch {
            guard case .error(let status) = Found(failure: error) else { throw error }
            return try await answerError(status, request)
        }
        response.headers[.contentType] = "application/zip"
        response.headers[.contentDisposition] =
            ContentDisposition(.attachment, fileName: "\(name).zip").description
        response.headers[.cacheControl] = "no-cache"
        if request.method == .head { return try await response.end() }
        while let bytes = piece {
            try await response.write(bytes)
            piece = try await offLoop { Result { try archive.next() } }.get()
        }
        try await response.end()
    }
}
