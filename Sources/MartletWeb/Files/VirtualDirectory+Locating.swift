import CLibrary
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// Finding what a request asks for. The members may be called from any thread, and access the file system.
extension VirtualDirectory {
    /// The parts of a request that the chosen representation depends on.
    struct Demand: Sendable {
        /// The values of `Accept-Encoding`, which are parsed only for files that there may be in several codings.
        private var acceptEncoding: [String] = []
        /// Whether ranges are requested. They are ranges of the file, not of its compressed content.
        private(set) var hasRange = false
        private(set) var hasConditions = false

        /// A request for the whole of a file, without conditions.
        init(acceptEncoding: [String]) {
            self.acceptEncoding = acceptEncoding
        }

        /// `Accept-Encoding`; nil when there is none.
        var codings: QualityList? {
            acceptEncoding.isEmpty ? nil : QualityList(fieldValues: acceptEncoding)
        }

        init(_ request: HTTPServerRequest, _ configuration: Configuration) {
            // Most requests have none of them, and their fields need not be decoded.
            let fields = request.fields
            hasRange = fields.contains(.range)
            hasConditions =
                fields.contains(.ifNoneMatch) || fields.contains(.ifModifiedSince) || fields.contains(.ifMatch)
                || fields.contains(.ifUnmodifiedSince)
            if configuration.servesPrecompressedFiles || configuration.maximumCompressedBytes > 0 {
                acceptEncoding = fields.values(.acceptEncoding)
            }
        }
    }

    /// The resource to answer with.
    enum Found: Sendable {
        /// A representation; `varies` when another client could get another one by its `Accept-Encoding`.
        case resource(FileResource, varies: Bool)
        /// A file that is to be compressed first, which takes a while.
        case compressible(FileResource)
        case directory(RelativePath, FileMetadata)
        /// A directory that was requested without the slash at its end.
        case redirect(RelativePath)
        case error(HTTPResponse.Status)

        init(failure: any Error) {
            switch failure {
            case RelativePath.Violation.leadsElsewhere, FileTree.Failure.notFound, FileTree.Failure.refused:
                self = .error(.notFound)
            case FileTree.Failure.forbidden: self = .error(.forbidden)
            case is RelativePath.Violation: self = .error(.badRequest)
            case FileTree.Failure.exhausted: self = .error(.serviceUnavailable)
            default: self = .error(.internalServerError)
            }
        }
    }

    /// The codings of files that were compressed beforehand, the best one first, and the suffixes of their names.
    private static let siblings = [("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz")]

    /// Whether compressed siblings of files of this type are sent. A compressed archive, `a.tar.gz`, is a file in its
    /// own right, and does not stand for `a.tar`.
    static func mayHaveSiblings(_ type: MediaType?) -> Bool {
        type?.isCompressible == true && type?.essence != "application/x-tar"
    }

    /// Whether the suffix of a file's name, with its dot, is that of a file that was compressed beforehand.
    static func isCodingEnding(_ ending: some Sequence<UInt8>) -> Bool {
        let ending = String(decoding: Array(ending), as: UTF8.self).lowercased()
        return siblings.contains { $0.1 == ending }
    }

    /// - Parameter target: The path of the request, as the client wrote it.
    func locate(_ target: String, _ demand: Demand, _ patience: FileTree.Patience) throws -> Found {
        // Most clients write paths in their normal form, which is the key; other spellings find the same entry below.
        if let resource = current(CacheKey(target)) {
            return try represent(resource, demand, patience)
        }
        let whole = try RelativePath(target)
        guard let prefix, let path = whole.dropping(prefix) else { throw FileTree.Failure.notFound }
        guard configuration.servesHiddenFiles || !path.isHiddenFile else { throw FileTree.Failure.notFound }
        // The path at which the directory is mounted, without the slash that relative links need.
        if target.isEmpty { return .redirect(whole) }
        let key = CacheKey(whole.encoded)
        if let resource = current(key) { return try represent(resource, demand, patience) }
        switch try tree.open(path, patience) {
        case .file(let file, let metadata):
            guard !path.isDirectory else { throw FileTree.Failure.notFound }
            let resource = try load(file, metadata, path, key.text, tree.systemPath(path), patience)
            keep(resource, for: key)
            return try represent(resource, demand, patience)
        case .directory(let metadata):
            guard path.isDirectory else { return .redirect(whole) }
            return try locateIndex(of: path, key, demand, patience) ?? .directory(path, metadata)
        }
    }

    /// The first index file that a directory has; nil if it has none. One that may not be served is not replaced by the
    /// next, nor by the list of entries: its owner meant it to be shown.
    private func locateIndex(
        of path: RelativePath,
        _ directoryKey: CacheKey,
        _ demand: Demand,
        _ patience: FileTree.Patience
    ) throws -> Found? {
        for (place, name) in configuration.indexFiles.enumerated() {
            guard let path = try? path.appending(Array(name.utf8)) else { continue }
            let key = CacheKey(directoryKey.text + RelativePath.encode(Array(name.utf8)))
            let resource: FileResource
            if let kept = current(key) {
                resource = kept
            } else {
                do {
                    guard case .file(let file, let metadata) = try tree.open(path, patience) else { continue }
                    resource = try load(file, metadata, path, key.text, tree.systemPath(path), patience)
                } catch FileTree.Failure.notFound {
                    continue
                }
                keep(resource, for: key)
            }
            // A file with a name of higher rank may appear at any time.
            if place == 0 { keep(resource, for: directoryKey) }
            return try represent(resource, demand, patience)
        }
        return nil
    }

    /// A file at a path of the file system.
    func resource(at systemPath: String, _ demand: Demand) throws -> Found {
        let name = systemPath.utf8CString.map { $0 }
        guard let found = FileMetadata(at: name, followsLink: true) else { throw FileTree.Failure(errno) }
        guard found.kind == .file else { throw FileTree.Failure.refused }
        let descriptor = try Descriptor(opened: systemOpen(name, SystemFlag.read))
        guard let metadata = FileMetadata(of: descriptor.number), metadata.kind == .file else {
            throw FileTree.Failure.refused
        }
        let last = systemPath.utf8.split(separator: 0x2F).last.map(Array.init) ?? []
        let path = try RelativePath().appending(last)
        let file = OpenFile(takingOwnershipOf: descriptor.release())
        return .resource(try load(file, metadata, path, path.encoded, name, .disk), varies: false)
    }

    // MARK: Small files in memory

    /// The cached resource for the key, if the file is still the same.
    private func current(_ key: CacheKey) -> FileResource? {
        guard let resource = cache[key] else { return nil }
        if resource.isCurrent(followsLinks: configuration.followsLinks) { return resource }
        cache.remove(key)
        return nil
    }

    private func keep(_ resource: FileResource, for key: CacheKey) {
        if case .file(_, let length) = resource.content, length > configuration.maximumOpenFileBytes { return }
        // A change within one tick of the file system's clock would go unnoticed for ever, so files that were just
        // changed are not kept.
        guard !resource.origin.isFresh else { return }
        cache.insert(resource, for: key)
    }

    private func load(
        _ file: OpenFile,
        _ metadata: FileMetadata,
        _ path: RelativePath,
        _ key: String,
        _ systemPath: [CChar],
        _ patience: FileTree.Patience
    ) throws -> FileResource {
        var (metadata, content) = (metadata, ByteBuffer?.none)
        // A file that is being written is read again, so that its tag never stands for half of a change.
        for _ in 0..<4 where content == nil && metadata.size <= configuration.maximumCachedFileBytes {
            let bytes = try? file.content(length: metadata.size, patience)
            guard let now = FileMetadata(of: file.descriptor) else { throw FileTree.Failure.notFound }
            if bytes == nil, now == metadata { throw FileTree.Failure(patience == .cached ? EAGAIN : EIO) }
            if now == metadata { content = bytes }
            metadata = now
        }
        let now = FileMetadata.Moment.now
        let isFresh = metadata.isFresh(now: now, settlingSeconds: configuration.settlingSeconds)
        var coding: String?
        if CompressedName.declaresGzip(path.names.last ?? []),
            try start(of: file, content, metadata, 2, patience) == CompressedName.gzipStart
        {
            coding = "gzip"
        }
        return FileResource(
            FileResource.Origin(
                systemPath: systemPath,
                path: path,
                key: key,
                metadata: metadata,
                version: FileVersion(metadata, content: content, isFresh: isFresh, policy: configuration.entityTags),
                isFresh: isFresh
            ),
            mediaType: try mediaType(of: path, file, content, metadata, patience),
            coding: coding,
            content: content.map { .memory($0) } ?? .file(file, length: metadata.size),
            now: now,
            cachePolicy: configuration.cachePolicy
        )
    }

    /// The first bytes of a file, or all of them if it has fewer.
    private func start(
        of file: OpenFile,
        _ content: ByteBuffer?,
        _ metadata: FileMetadata,
        _ count: Int,
        _ patience: FileTree.Patience
    ) throws -> [UInt8] {
        let bytes = try content ?? file.content(length: min(count, metadata.size), patience)
        return Array(bytes.readableBytesView.prefix(count))
    }

    private func mediaType(
        of path: RelativePath,
        _ file: OpenFile,
        _ content: ByteBuffer?,
        _ metadata: FileMetadata,
        _ patience: FileTree.Patience
    ) throws -> MediaType? {
        let name = String(decoding: path.names.last ?? [], as: UTF8.self)
        if let type = configuration.mediaTypes.type(ofFileNamed: name) {
            return type.withCharset(configuration.charset)
        }
        guard configuration.sniffsMediaTypes else { return nil }
        return MediaTypeSniffer.type(of: try start(of: file, content, metadata, MediaTypeSniffer.byteCount, patience))
    }

    // MARK: Codings

    /// Chooses the representation of a file by `Accept-Encoding`.
    private func represent(
        _ resource: FileResource,
        _ demand: Demand,
        _ patience: FileTree.Patience
    ) throws -> Found {
        let isPrecompressed = configuration.servesPrecompressedFiles && resource.mayHaveSiblings
        let mayCompress =
            resource.metadata.size <= configuration.maximumCompressedBytes && resource.metadata.size >= 256
        guard resource.isCompressible, isPrecompressed || mayCompress else {
            return .resource(resource, varies: false)
        }
        guard let codings = demand.codings else { return .resource(resource, varies: true) }
        var siblings: [String: FileResource] = [:]
        if isPrecompressed {
            for (coding, ending) in Self.siblings where !codings.isEmpty && codings.quality(of: coding) > 0 {
                siblings[coding] = try sibling(of: resource, coding, ending, patience)
            }
        }
        var candidates = Self.siblings.map(\.0).filter { siblings[$0] != nil }
        let compresses = mayCompress && !demand.hasRange && siblings["gzip"] == nil
        if compresses { candidates.append("gzip") }
        guard let coding = codings.preferredContentCoding(among: candidates), coding != "identity" else {
            return .resource(resource, varies: true)
        }
        if let sibling = siblings[coding] { return .resource(sibling, varies: true) }
        if let kept = current(Self.compressedKey(resource)), kept.metadata == resource.metadata {
            return .resource(kept, varies: true)
        }
        return .compressible(resource)
    }

    /// A file that was compressed beforehand; nil if there is none that may be sent, or it is older than the original.
    private func sibling(
        of resource: FileResource,
        _ coding: String,
        _ ending: String,
        _ patience: FileTree.Patience
    ) throws -> FileResource? {
        let key = Self.key(resource, coding)
        if let sibling = current(key) {
            return sibling.metadata.modified >= resource.metadata.modified ? sibling : nil
        }
        let original = resource.origin.path
        guard let name = original.names.last, let path = original.renamed(name + Array(ending.utf8)) else {
            return nil
        }
        do {
            guard case .file(let file, let metadata) = try tree.open(path, patience),
                metadata.modified >= resource.metadata.modified
            else { return nil }
            let loaded = try load(file, metadata, path, key.text, tree.systemPath(path), patience)
            let sibling = resource.coded(coding, loaded, content: loaded.content, configuration.cachePolicy)
            keep(sibling, for: key)
            return sibling
        } catch FileTree.Failure.notFound, FileTree.Failure.refused, FileTree.Failure.forbidden {
            // A sibling that can't be read is no reason to refuse the file itself.
            return nil
        }
    }

    /// The content compressed with gzip, made once for all requests that ask for it at the same time, and kept.
    ///
    /// - Returns: Nil when so much is being compressed that the file is better sent as it is, or when it can't be read.
    func compressed(_ resource: FileResource) async -> FileResource? {
        let key = Self.compressedKey(resource)
        return await compressions.result(for: FileCompressions.Key(key: key, metadata: resource.metadata)) {
            // Another compression may have ended since the cache was checked.
            if let kept = self.current(key), kept.metadata == resource.metadata { return kept }
            self.compressions.countOne()
            let bytes: ByteBuffer
            switch resource.content {
            case .memory(let content): bytes = content
            case .file(let file, let length): bytes = try file.content(length: length, .disk)
            }
            var output = ByteBuffer()
            let compressor = try Compressor(.gzip)
            try compressor.compress(bytes, into: &output)
            try compressor.finish(into: &output)
            let result = resource.coded("gzip", content: .memory(output), self.configuration.cachePolicy)
            self.keep(result, for: key)
            return result
        }
    }

    /// The key of a compressed file. A path can't contain NUL, so no other file has this key.
    private static func key(_ resource: FileResource, _ coding: String) -> CacheKey {
        CacheKey("\(resource.origin.key)\0\(coding)")
    }

    private static func compressedKey(_ resource: FileResource) -> CacheKey {
        key(resource, "gzip made here")
    }
}

extension RelativePath {
    /// Whether a name begins with a dot, except `.well-known` at the top, which is public (RFC 8615).
    var isHiddenFile: Bool {
        guard isHidden else { return false }
        guard names.first == Array(".well-known".utf8) else { return true }
        return names.dropFirst().contains { $0.first == 0x2E }
    }

    /// The path with another last name.
    fileprivate func renamed(_ name: [UInt8]) -> RelativePath? {
        guard let parent = try? names.dropLast().reduce(RelativePath(), { try $0.appending($1) }) else { return nil }
        return try? parent.appending(name)
    }
}

extension MediaType {
    /// A text with its character set.
    fileprivate func withCharset(_ charset: String?) -> MediaType {
        guard let charset, self.charset == nil, essence.hasPrefix("text/") else { return self }
        return (try? MediaType(type: type, subtype: subtype, charset: charset, parameters: parameters)) ?? self
    }
}
