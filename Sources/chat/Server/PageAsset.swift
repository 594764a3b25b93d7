import Martlet

/// A part of the page, embedded in the program.
struct PageAsset: RequestHandler {
    /// The browser's rights for the page (W3C Content Security Policy): load its own style and script, and connect
    /// to its own server.
    private static let securityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
        form-action 'none'; base-uri 'none'; frame-ancestors 'none'
        """

    /// All parts by their paths.
    static let all: [String: PageAsset] = [
        "/": PageAsset(PackageResources.chat_html, .html),
        "/chat.css": PageAsset(PackageResources.chat_css, .css),
        "/chat.js": PageAsset(PackageResources.chat_js, .javascript),
        "/chat.svg": PageAsset(PackageResources.chat_svg, .svg),
    ]

    private let content: String
    private let type: MediaType
    private let tag: EntityTag?

    private init(_ bytes: [UInt8], _ type: MediaType) {
        self.content = String(decoding: bytes, as: UTF8.self)
        self.type = type
        // FNV-1a: it only has to differ when the program changes.
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        self.tag = EntityTag(opaqueTag: String(hash, radix: 36))
    }

    func handle(_ request: HTTPServerRequest) async throws {
        let response = request.response
        response.headers[.cacheControl] = "no-cache"
        if try request.isFresh(etag: tag) { return }
        response.headers.contentType = type
        response.headers[.contentSecurityPolicy] = Self.securityPolicy
        response.headers[.referrerPolicy] = "no-referrer"
        try await response.end(content)
    }
}
