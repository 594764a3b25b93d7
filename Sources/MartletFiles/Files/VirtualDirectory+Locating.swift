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

/// Finding what a request asks for. All of it may be called from any thread, and asks the file system.
extension VirtualDirectory {
    /// What of a request decides about the representation it gets.
    struct Demand: Sendable {
        /// `Accept-Encoding`; nil when there is none.
        private(set) var codings: QualityList?
        /// Whether ranges are asked for. They are ranges of a file, not of what a compressor makes of it.
        private(set) var hasRange = false
        private(set) var hasConditions = false

        init(_ request: HTTPServerRequest, _ configuration: Configuration) {
            let fields = request.headers
            // In one go: most requests have none of them.
            var hasCodings = false
            for field in fields {
                switch field.name {
                case .acceptEncoding: hasCodings = true
                case .range: hasRange = true
                case .ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince: hasConditions = true
                default: break
                }
            }
            if hasCodings, configuration.servesPrecompressedFiles || configuration.maximumCompressedBytes > 0 {
                codings = fields.qualityList(of: .acceptEncoding)
            }
        }

        func accepts(_ coding: String) -> Bool {
            codings.map { !$0.isEmpty && $0.quality(of: coding) > 0 } ?? false
        }
    }

    /// What there is to answer with.
    enum Found: Sendable {
        /// A representation; `varies` when another client could get another one by its `Accept-Encoding`.
        case resource(FileResource, varies: Bool)
        case directory(RelativePath, FileFacts)
        /// A directory that was asked for without the slash at its end.
        case redirect(RelativePath)
        case error(HTTPResponse.Status)

        init(failure: any Error) {
            switch failure {
            case RelativePath.Violation.leadsElsewhere, FileTree.Failure.notFound: self = .error(.notFound)
            case is RelativePath.Violation: self = .error(.badRequest)
            case FileTree.Failure.exhausted: self = .error(.serviceUnavailable)
            default: self = .error(.internalServerError)
            }
        }
    }

    /// The codings of files that somebody has compressed beforehand, the best first, and what their names end with.
    private static let siblings = [("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz")]

    func locate(_ target: String, _ demand: Demand, _ patience: FileTree.Patience) throws -> Found {
        if let resource = current(target) {
            return try represent(resource, target, demand, patience)
        }
        let whole = try RelativePath(target)
        guard let prefix, let path = whole.dropping(prefix) else { throw FileTree.Failure.notFound }
        guard configuration.servesHiddenFiles || !path.isHiddenFile else { throw FileTree.Failure.notFound }
        switch try tree.open(path, patience) {
        case .file(let file, let facts):
            guard !path.isDirectory else { throw FileTree.Failure.notFound }
            let resource = try load(file, facts, path, tree.systemPath(path), patience)
            keep(resource, for: target)
            return try represent(resource, target, demand, patience)
        case .directory(let facts):
            guard path.isDirectory else { return .redirect(whole) }
            for name in configuration.indexFiles {
                guard let path = try? path.appending(Array(name.utf8)) else { continue }
                do {
                    guard case .file(let file, let facts) = try tree.open(path, patience) else { continue }
                    let resource = try load(file, facts, path, tree.systemPath(path), patience)
                    keep(resource, for: target)
                    return try represent(resource, target, demand, patience)
                } catch FileTree.Failure.notFound {
                    continue
                }
            }
            return .directory(path, facts)
        }
    }

    /// A file by the name that the system knows it by.
    func resource(at systemPath: String, _ demand: Demand) throws -> Found {
        let name = systemPath.utf8CString.map { $0 }
        guard let found = FileFacts(at: name, followsLink: true), found.kind == .file else {
            throw FileTree.Failure.notFound
        }
        let descriptor = try Descriptor(opened: systemOpen(name, SystemFlag.read))
        guard let facts = FileFacts(of: descriptor.number), facts.kind == .file else {
            throw FileTree.Failure.notFound
        }
        let last = systemPath.utf8.split(separator: 0x2F).last.map(Array.init) ?? []
        let path = try RelativePath().appending(last)
        let file = OpenFile(takingOwnershipOf: descriptor.release())
        return .resource(try load(file, facts, path, name, .disk), varies: false)
    }

    // MARK: Small files in memory

    /// What is kept for the key, if the file is still the same.
    private func current(_ key: String) -> FileResource? {
        guard let resource = cache[key] else { return nil }
        if resource.isCurrent(followsLinks: configuration.followLinks) { return resource }
        cache.remove(key)
        return nil
    }

    private func keep(_ resource: FileResource, for key: String) {
        // A change within one tick of the file system's clock would go unnoticed for ever, so files that were just
        // changed are not kept.
        if case .file(_, let length) = resource.content, length > configuration.maximumOpenFileBytes { return }
        guard !resource.isFresh,
            FileFacts.Moment.now.seconds - resource.facts.changed.seconds >= configuration.settlingSeconds
        else { return }
        cache.insert(resource, for: key)
    }

    private func load(
        _ file: OpenFile,
        _ facts: FileFacts,
        _ path: RelativePath,
        _ systemPath: [CChar],
        _ patience: FileTree.Patience
    ) throws -> FileResource {
        var (facts, content) = (facts, ByteBuffer?.none)
        // A file that is being written is looked at again, so that its tag never stands for half of a change.
        for _ in 0..<4 where content == nil && facts.size <= configuration.maximumCachedFileBytes {
            let bytes = try? file.content(length: facts.size, patience)
            guard let now = FileFacts(of: file.descriptor) else { throw FileTree.Failure.notFound }
            if bytes == nil, now == facts { throw FileTree.Failure(patience == .cached ? EAGAIN : EIO) }
            if now == facts { content = bytes }
            facts = now
        }
        return FileResource(
            systemPath: systemPath,
            path: path,
            facts: facts,
            mediaType: try mediaType(of: path, file, content, patience),
            content: content.map { .memory($0) } ?? .file(file, length: facts.size),
            isFresh: FileFacts.Moment.now.seconds - facts.modified.seconds < configuration.settlingSeconds,
            cachePolicy: configuration.cachePolicy
        )
    }

    private func mediaType(
        of path: RelativePath,
        _ file: OpenFile,
        _ content: ByteBuffer?,
        _ patience: FileTree.Patience
    ) throws -> MediaType? {
        let name = String(decoding: path.names.last ?? [], as: UTF8.self)
        if let type = configuration.mediaTypes.type(ofFileNamed: name) {
            return type.withCharset(configuration.charset)
        }
        guard configuration.sniffsMediaTypes else { return nil }
        let count = MediaTypeSniffer.byteCount
        if let content { return MediaTypeSniffer.type(of: content.readableBytesView.prefix(count)) }
        return MediaTypeSniffer.type(of: try file.content(length: count, patience).readableBytesView)
    }

    // MARK: Codings

    /// Chooses the representation of a file by `Accept-Encoding`.
    private func represent(
        _ resource: FileResource,
        _ target: String,
        _ demand: Demand,
        _ patience: FileTree.Patience
    ) throws -> Found {
        let isPrecompressed = configuration.servesPrecompressedFiles
        let mayCompress = resource.facts.size <= configuration.maximumCompressedBytes && resource.facts.size >= 256
        guard resource.mediaType?.isCompressible == true, isPrecompressed || mayCompress else {
            return .resource(resource, varies: false)
        }
        guard let codings = demand.codings else { return .resource(resource, varies: true) }
        var siblings: [String: FileResource] = [:]
        if isPrecompressed {
            for (coding, ending) in Self.siblings where demand.accepts(coding) {
                siblings[coding] = try sibling(of: resource, coding, ending, target, patience)
            }
        }
        var candidates = Self.siblings.map(\.0).filter { siblings[$0] != nil }
        let compresses = mayCompress && !demand.hasRange && siblings["gzip"] == nil
        if compresses { candidates.append("gzip") }
        guard let coding = codings.preferredContentCoding(among: candidates), coding != "identity" else {
            return .resource(resource, varies: true)
        }
        if let sibling = siblings[coding] { return .resource(sibling, varies: true) }
        return .resource(try compressed(resource, target, patience), varies: true)
    }

    /// A file that was compressed beforehand; nil if there is none, or it is older than what it was made of.
    private func sibling(
        of resource: FileResource,
        _ coding: String,
        _ ending: String,
        _ target: String,
        _ patience: FileTree.Patience
    ) throws -> FileResource? {
        // A NUL can't be in a target, so the key is no other file's.
        let key = target + "\0" + coding
        if let sibling = current(key) {
            return sibling.facts.modified >= resource.facts.modified ? sibling : nil
        }
        guard let name = resource.path.names.last, let path = resource.path.renamed(name + Array(ending.utf8)) else {
            return nil
        }
        do {
            guard case .file(let file, let facts) = try tree.open(path, patience),
                facts.modified >= resource.facts.modified
            else { return nil }
            let loaded = try load(file, facts, path, tree.systemPath(path), patience)
            let sibling = resource.coded(coding, loaded, content: loaded.content, configuration.cachePolicy)
            keep(sibling, for: key)
            return sibling
        } catch FileTree.Failure.notFound {
            return nil
        }
    }

    /// The content compressed with gzip; the result is kept.
    private func compressed(
        _ resource: FileResource,
        _ target: String,
        _ patience: FileTree.Patience
    ) throws -> FileResource {
        let key = target + "\0gzip made here"
        if let kept = current(key), kept.facts == resource.facts { return kept }
        // Compressing takes the loop longer than a hop to another thread.
        guard patience == .disk else { throw FileTree.Failure.wouldBlock }
        let bytes: ByteBuffer
        switch resource.content {
        case .memory(let content): bytes = content
        case .file(let file, let length): bytes = try file.content(length: length, patience)
        }
        var output = ByteBuffer()
        let compressor = try Compressor(.gzip)
        try compressor.compress(bytes, into: &output)
        try compressor.finish(into: &output)
        let result = resource.coded("gzip", content: .memory(output), configuration.cachePolicy)
        keep(result, for: key)
        return result
    }
}

extension RelativePath {
    /// Whether a name begins with a dot; `.well-known` at the top is for everybody (RFC 8615).
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
