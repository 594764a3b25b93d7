import CLibrary
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Synchronization

extension VirtualDirectory {
    /// A directory that a client requested, with the rules of the virtual directory that it belongs to.
    public struct Directory: Sendable {
        /// Its path below the root.
        public let path: RelativePath
        let metadata: FileMetadata
        let files: VirtualDirectory

        /// One entry of a directory.
        public struct Entry: Sendable, Hashable {
            /// The name, as the file system has it.
            public let name: [UInt8]
            /// Whether the entry is a directory, or a link to one.
            public let isDirectory: Bool
            /// The size of a file in bytes; 0 for a directory.
            public let byteCount: Int
            /// When it was modified.
            public let lastModified: HTTPDate

            /// The name as text; bytes that are not UTF-8 become U+FFFD.
            public var text: String { String(decoding: name, as: UTF8.self) }
        }

        /// The most entries that are read from one directory.
        static let maximumEntries = 100_000

        /// The entries that a client may see: directories first, each kind sorted by name. Hidden ones, and links that
        /// lead nowhere or to forbidden places, are left out.
        ///
        /// - Throws: `HTTPError` with 404 when the directory is gone, 403 when the process may not read it, and 503
        ///   when the system has no descriptors left.
        public func entries() async throws -> [Entry] {
            try await reading { $0 }
        }

        /// Reads the entries, and transforms them on the same thread, since there may be many.
        func reading<Value: Sendable>(_ make: @escaping @Sendable ([Entry]) -> Value) async throws -> Value {
            let directory = self
            let value = await files.offLoop { Result { make(try directory.read()) } }
            do {
                return try value.get()
            } catch {
                guard case .error(let status) = Found(failure: error) else { throw error }
                throw HTTPError(status)
            }
        }

        /// Answers with a file of this directory, as if it had been requested by its own path; 404 if there is none.
        public func sendFile(_ name: String, to request: HTTPServerRequest) async throws {
            let demand = Demand(request, files.configuration)
            guard let path = try? path.appending(Array(name.utf8)) else {
                return try await files.answerError(.notFound, request)
            }
            let (files, target) = (files, files.pathBefore + path.encoded)
            let found = await files.offLoop { Result { try files.locate(target, demand, .disk) } }
            switch found {
            case .success(.redirect), .success(.directory): try await files.answerError(.notFound, request)
            case .success(let found): try await files.answer(request, found, demand)
            case .failure(let error): try await files.answer(request, Found(failure: error), demand)
            }
        }

        /// Reads the entries. Waits for the disk.
        func read() throws -> [Entry] {
            let descriptor = try files.tree.openDirectory(path)
            let number = descriptor.number
            guard let stream = fdopendir(descriptor.release()) else {
                close(number)
                throw FileTree.Failure(errno)
            }
            defer { closedir(stream) }
            let now = FileMetadata.Moment.now
            var entries: [Entry] = []
            while entries.count < Self.maximumEntries, let item = readdir(stream) {
                let name = withUnsafeBytes(of: &item.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
                guard let path = try? path.appending(name),
                    files.configuration.servesHiddenFiles || !path.isHiddenFile,
                    let metadata = metadata(of: name, path, in: number)
                else { continue }
                entries.append(
                    Entry(
                        name: name,
                        isDirectory: metadata.kind == .directory,
                        byteCount: metadata.kind == .directory ? 0 : metadata.size,
                        lastModified: metadata.lastModified(now: now)
                    )
                )
            }
            return entries.sorted { left, right in
                left.isDirectory == right.isDirectory
                    ? left.name.lexicographicallyPrecedes(right.name)
                    : left.isDirectory
            }
        }

        /// The metadata of an entry, for a link those of its target; nil when a client could not get it.
        private func metadata(of name: [UInt8], _ path: RelativePath, in directory: CInt) -> FileMetadata? {
            let cName = (name + [0]).map { CChar(bitPattern: $0) }
            guard let metadata = FileMetadata(at: cName, in: directory, followsLink: false) else { return nil }
            switch metadata.kind {
            case .file, .directory:
                return metadata
            case .link:
                switch try? files.tree.open(path, .disk) {
                case .file(_, let metadata), .directory(let metadata): return metadata
                case nil: return nil
                }
            case .other:
                return nil
            }
        }
    }

    /// The part of a URL before the path below the root.
    var pathBefore: String {
        guard let prefix, !prefix.names.isEmpty else { return "" }
        return prefix.names.reduce("") { $0 + "/" + RelativePath.encode($1) }
    }

    func answerDirectory(_ directory: Directory, _ request: HTTPServerRequest) async throws {
        if let handler = configuration.directoryHandler {
            return try await handler(directory, request)
        }
        guard configuration.listsDirectories else { return try await answerError(.notFound, request) }
        if asksForArchive(request) { return try await answerArchive(directory, request) }
        let choice = request.headers.qualityList(of: .accept)?.preferred(among: [MediaType.html, .json])
        let pathBefore = Markup.escape(request.mountPath) + pathBefore
        let offersArchive = configuration.sendsArchives
        let content: ByteBuffer
        do {
            // Rendering the entries of a large directory takes longer than an event loop may be busy.
            content = try await directory.reading { entries in
                choice == .json
                    ? ByteBuffer(string: ListingJSON(entries).text)
                    : ByteBuffer(
                        string: ListingPage(
                            path: directory.path,
                            pathBefore: pathBefore,
                            entries: entries,
                            offersArchive: offersArchive
                        ).text
                    )
            }
        } catch let error as HTTPError {
            return try await answerError(error.status, request)
        }
        guard listings.begin(content.readableBytes) else {
            return try await answerError(.serviceUnavailable, request, headers: [.retryAfter: "5"])
        }
        defer { listings.end(content.readableBytes) }
        let response = request.response
        response.headers.append(HTTPField(name: .vary, value: "accept"))
        response.headers[.cacheControl] = "no-cache"
        response.headers.contentType = choice == .json ? .json : .html
        try await response.end(content)
    }
}

/// Limits how many bytes of directory listings are being sent: they are made in memory, and clients may take them
/// slowly.
final class ListingAllowance: Sendable {
    private let limit: Int
    private let bytes = Mutex(0)

    init(limit: Int = 67_108_864) {
        self.limit = limit
    }

    /// Whether one more may be sent, which is always so for a single one.
    func begin(_ count: Int) -> Bool {
        bytes.withLock { bytes in
            guard bytes == 0 || count <= limit - bytes else { return false }
            bytes += count
            return true
        }
    }

    /// Whether anything is being sent.
    var isUsed: Bool { bytes.withLock { $0 > 0 } }

    func end(_ count: Int) {
        bytes.withLock { $0 -= count }
    }
}
