import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb

/// What the visitors of `martlet serve` get: files, error pages, a form for uploads.
struct Site: Sendable {
    /// Where the form for uploads is. No file can be in its way, since the name of a file is no query.
    static let uploadTarget = "/?upload"

    let directory: String
    let configuration: VirtualDirectory.Configuration
    /// The page for browsers where there is no file; its path is seen from ``directory``.
    let fallback: String?
    let allowsOtherSites: Bool
    let takesUploads: Bool
    /// The names that it is reached by; nil for any.
    var hosts: [String]?

    /// The path of ``fallback``, seen from where the process is.
    var fallbackPath: String? {
        fallback.map { $0.utf8.first == UInt8(ascii: "/") ? $0 : "\(directory)/\($0)" }
    }

    /// Answers the requests.
    func handler() throws -> HTTPServer.Handler {
        let files = VirtualDirectory(directory, configuration: configuration)
        var handler = files.handler
        if let fallbackPath { handler = Self.fallingBack(to: fallbackPath, of: files, handler) }
        if takesUploads { handler = Self.uploading(to: directory, reserving: reservedNames, handler) }
        if let hosts {
            let known = try AllowedHosts(hosts) { "To allow it, start the server with --allow-host \($0)." }
            handler = known.wrapping(handler)
        }
        return handler
    }

    /// What goes around that, and around what the server refuses itself: error pages, and what other sites may do.
    var middleware: [any Middleware] {
        get throws {
            guard allowsOtherSites else { return [ErrorPages()] }
            // Parts of files are of use only to pages that may know which parts they are.
            let policy = try CORSPolicy(
                methods: [.get, .head],
                exposedHeaders: [.contentRange, .acceptRanges, .contentEncoding, .contentLength, .eTag]
            )
            return [policy, ErrorPages()]
        }
    }

    /// The handler, with a page in place of 404 for browsers that are on their way to one.
    private static func fallingBack(
        to path: String,
        of files: VirtualDirectory,
        _ handler: @escaping HTTPServer.Handler
    ) -> HTTPServer.Handler {
        { request in
            do {
                try await handler(request)
            } catch var error as HTTPError where error.status == .notFound {
                // With another Accept it would be the page, or not.
                let vary = HTTPField(name: .vary, value: "Accept")
                guard wantsPage(request) else {
                    error.headers.append(vary)
                    throw error
                }
                request.response.headers.append(vary)
                try await files.sendFile(path, to: request)
            }
        }
    }

    /// Whether HTML is asked for by its name. Scripts, pictures and programs that take anything are better off with 404
    /// than with a page.
    private static func wantsPage(_ request: HTTPServerRequest) -> Bool {
        guard request.method == .get || request.method == .head else { return false }
        let accepted = request.headers.qualityList(of: .accept)?.items ?? []
        return accepted.contains { $0.value.lowercased() == MediaType.html.essence && $0.quality > 0 }
    }

    /// What no upload may be called, since it would be shown in place of something else.
    private var reservedNames: Set<String> {
        let page = fallback?.utf8.split(separator: UInt8(ascii: "/")).last.map {
            String(decoding: Array($0), as: UTF8.self)
        }
        return Set(configuration.indexFiles + [page].compactMap { $0 } + ["robots.txt", "favicon.ico"])
    }

    private static func uploading(
        to directory: String,
        reserving names: Set<String>,
        _ handler: @escaping HTTPServer.Handler
    ) -> HTTPServer.Handler {
        var configuration = UploadHandler.Configuration()
        configuration.reservedNames = names
        let uploads = UploadHandler(directory: directory, configuration: configuration)
        return { request in
            if request.url.path == "/", request.url.query == "upload" {
                try await uploads.handle(request)
            } else {
                try await handler(request)
            }
        }
    }
}
