import Martlet
import ProgramSupport

/// The pages that may use a server that stores data for the users of this machine.
struct TrustedPages: Sendable {
    /// Whether all pages are trusted.
    let areAll: Bool
    private let origins: Set<String>

    /// Trusts pages of this machine and of the given origins; `*` means all.
    ///
    /// - Throws: ``StartupError`` if one is not an origin.
    init(_ origins: [String], program: String) throws {
        for origin in origins where origin != "*" && origin != "null" {
            guard HTTPURL(origin)?.origin.description == origin else {
                throw StartupError("\(program): \(origin) is not an origin, such as https://example.com:8443.")
            }
        }
        self.origins = Set(origins)
        areAll = origins.contains("*")
    }

    /// Whether the pages of an origin are trusted.
    func contains(_ origin: String) -> Bool {
        if areAll || origins.contains(origin) { return true }
        guard let host = HTTPURL(origin)?.host else { return false }
        return InternetAddress(host).isLoopback || host.hasSuffix(".localhost")
    }

    /// Whether the request is from a page of the server itself. A host name proves nothing: its owner can point it at
    /// this machine (DNS rebinding).
    func isOwn(_ origin: String, of request: HTTPServerRequest) -> Bool {
        guard let url = HTTPURL(origin), InternetAddress(url.host).kind != .name else { return false }
        return request.isOwnOrigin(origin)
    }
}
