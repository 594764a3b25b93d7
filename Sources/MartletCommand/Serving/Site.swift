import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb

/// The site of `martlet serve`: files, error pages, a form for uploads.
struct Site: Sendable {
    /// The target of the upload form. It cannot conflict with a file, since a file name is not a query.
    static let uploadTarget = "/?upload"

    /// The directory, or the only file.
    let directory: String
    let configuration: VirtualDirectory.Configuration
    /// The page for browsers if there is no such file; its path is relative to ``directory``.
    let fallback: String?
    let allowsOtherSites: Bool
    let takesUploads: Bool
    /// The header fields that all responses have besides.
    var headers: [HTTPField] = []
    /// Asks for a name and a password; nil to let everybody in.
    var authentication: (any Middleware)?
    /// The allowed names of the server; nil for any.
    var hosts: [String]?

    /// The path of ``fallback``, relative to the working directory.
    var fallbackPath: String? {
        fallback.map { $0.utf8.first == UInt8(ascii: "/") ? $0 : "\(directory)/\($0)" }
    }

    /// Whether there is one file only.
    var isSingleFile: Bool { OutputFile.size(of: directory) != nil }

    /// The handler of the site.
    func handler() throws -> HTTPServer.Handler {
        let files = VirtualDirectory(isSingleFile ? "." : directory, configuration: configuration)
        var handler = isSingleFile ? SingleFile(directory, files).handler : files.handler
        if let fallbackPath { handler = Self.fallingBack(to: fallbackPath, of: files, handler) }
        if takesUploads { handler = Self.uploading(to: directory, reserving: reservedNames, handler) }
        if let authentication { handler = authentication.wrapping(handler) }
        if let hosts {
            let known = try AllowedHosts(hosts) { "To allow it, start the server with --allow-host \($0)." }
            handler = known.wrapping(handler)
        }
        return handler
    }

    /// The middleware around the handler, and around refusals by the server itself: header fields, CORS, error pages.
    var middleware: [any Middleware] {
        get throws {
            let fields: [any Middleware] = headers.isEmpty ? [] : [ResponseFields(headers)]
            guard allowsOtherSites else { return fields + [ErrorPages()] }
            // Pages can use parts of files only if they may read which parts these are.
            let policy = try CORSPolicy(
                methods: [.get, .head],
                exposedHeaders: [.contentRange, .acceptRanges, .contentEncoding, .contentLength, .eTag]
            )
            return fields + [policy, ErrorPages()]
        }
    }

    /// Wraps a handler: browsers that navigate to a missing page get the fallback page instead of 404.
    private static func fallingBack(
        to path: String,
        of files: VirtualDirectory,
        _ handler: @escaping HTTPServer.Handler
    ) -> HTTPServer.Handler {
        { request in
            do {
                try await handler(request)
            } catch var error as HTTPError where error.status == .notFound {
                // The response depends on Accept.
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

    /// Whether Accept names HTML. For scripts, images and programs that accept anything, 404 is better than a page.
    private static func wantsPage(_ request: HTTPServerRequest) -> Bool {
        guard request.method == .get || request.method == .head else { return false }
        let accepted = request.headers.qualityList(of: .accept)?.items ?? []
        return accepted.contains { $0.value.lowercased() == MediaType.html.essence && $0.quality > 0 }
    }

    /// Names that no upload may have, since it would be shown in place of something else.
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
