import HTTPTypes
import HTTPWire
import Martlet
import NIOPosix

/// Serves the files of a directory.
///
/// ```swift
/// let files = VirtualDirectory("site")
/// try await server.serve(files)
/// ```
///
/// A client gets only what is below the root, whatever its path contains and whatever links there are, and no hidden
/// files. Conditional and range requests are answered as RFC 9110 sections 13 and 14 say.
///
/// ## Where the file system is asked
///
/// An event loop must not wait for a disk, but switching to another thread costs more than sending a small file. So the
/// loop itself does what the system can answer from memory: its calls fail if they would have to wait
/// (`RESOLVE_CACHED`, `RWF_NOWAIT`), and only then are they repeated on a thread that may wait. Small files are kept in
/// memory; each request checks with one call whether the file is still the same, so that a change shows at once. That
/// one call can wait, if the system has dropped within seconds what it was just asked; nginx accepts that for every
/// file. Large files go from the system's cache to the socket without passing through the program.
public final class VirtualDirectory: RequestHandler {
    /// The directory whose files are served.
    public let root: String
    /// The prefix of the paths of requests; other paths are answered 404.
    public let pathPrefix: String
    /// The settings.
    public let configuration: Configuration

    let tree: FileTree
    let cache: ResourceCache
    let compressions = FileCompressions()
    let listings = ListingAllowance()
    let archives = ListingAllowance(limit: VirtualDirectory.maximumArchives)
    let prefix: RelativePath?

    /// How many archives are made at the same time; clients may take them slowly.
    static let maximumArchives = 32

    /// The files below a directory.
    ///
    /// - Parameters:
    ///   - configuration: The settings. The defaults are safe.
    ///   - root: A directory, absolute or relative to the current directory of the process. It need not exist yet.
    ///   - pathPrefix: The prefix of the paths of requests, such as `/static`; slashes at its ends make no difference.
    ///     It is not needed where a ``Router`` mounts the directory.
    public init(_ root: String, pathPrefix: String = "", configuration: Configuration = Configuration()) {
        self.root = root
        self.pathPrefix = pathPrefix
        self.configuration = configuration
        self.prefix = try? RelativePath(pathPrefix)
        self.tree = FileTree(
            root: root,
            followsLinks: configuration.followsLinks,
            confinesLinks: configuration.confinesLinks,
            followsMounts: configuration.followsMounts,
            walksStepwise: configuration.walksStepwise
        )
        self.cache = ResourceCache(maximumBytes: configuration.cacheBytes)
    }

    /// Answers one request. Only GET and HEAD are allowed, as OPTIONS reports; other methods are answered 405, and
    /// unknown ones 501.
    public func handle(_ request: HTTPServerRequest) async throws {
        guard try await isAllowed(request) else { return }
        let target = request.pathBelowMount
        let demand = Demand(request, configuration)
        let found: Found
        do {
            found = try locate(target, demand, .cached)
        } catch FileTree.Failure.wouldBlock {
            found = await offLoop { Result { try self.locate(target, demand, .disk) } }.recovered
        } catch {
            found = Found(failure: error)
        }
        try await answer(request, found, demand)
    }

    /// Answers one request with a file, which may be anywhere: the rules for paths and links do not apply. 404 when
    /// there is no such file. Conditional and range requests are answered as those for a file of the directory.
    public func sendFile(_ path: String, to request: HTTPServerRequest) async throws {
        guard try await isAllowed(request) else { return }
        let demand = Demand(request, configuration)
        let found = await offLoop { Result { try self.resource(at: path, demand) } }.recovered
        try await answer(request, found, demand)
    }

    private func isAllowed(_ request: HTTPServerRequest) async throws -> Bool {
        switch request.method {
        case .get, .head:
            return true
        case .options:
            request.response.headers[.allow] = "GET, HEAD, OPTIONS"
            request.response.status = .noContent
            request.response.headers[.contentType] = nil
            try await request.response.end()
        default:
            let refusal = HTTPError(refusing: request.method, allowed: [.get, .head, .options])
            try await answerError(refusal.status, request, headers: refusal.headers)
        }
        return false
    }

    /// Runs `body`, which may wait for a disk, on a thread that may block.
    func offLoop<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        do {
            return try await NIOThreadPool.singleton.runIfActive(body)
        } catch {
            // The pool of the process is never shut down while it runs; if it were, waiting here is better than
            // failing.
            return body()
        }
    }
}

extension Result<VirtualDirectory.Found, any Error> {
    fileprivate var recovered: VirtualDirectory.Found {
        switch self {
        case .success(let found): found
        case .failure(let error): VirtualDirectory.Found(failure: error)
        }
    }
}
