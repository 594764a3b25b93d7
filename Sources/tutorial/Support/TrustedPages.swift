import Martlet
import ProgramSupport

/// Whose pages may use a server that keeps things for the people at this machine.
struct TrustedPages: Sendable {
    /// Whether it does not matter whose.
    let areAll: Bool
    private let origins: Set<String>

    /// Pages of this machine, and those of some more origins; `*` for all.
    ///
    /// - Throws: ``StartupError`` for what is no origin.
    init(_ origins: [String], program: String) throws {
        for origin in origins where origin != "*" && origin != "null" {
            guard HTTPURL(origin)?.origin.description == origin else {
                throw StartupError("\(program): \(origin) is no origin, such as https://example.com:8443.")
            }
        }
        self.origins = Set(origins)
        areAll = origins.contains("*")
    }

    /// Whether the pages of an origin may.
    func contains(_ origin: String) -> Bool {
        if areAll || origins.contains(origin) { return true }
        guard let host = HTTPURL(origin)?.host else { return false }
        return InternetAddress(host).isLoopback || host.hasSuffix(".localhost")
    }

    /// Whether the request is from a page of the server itself. A name proves nothing: whoever owns a name can let it lead
    /// to this machine (DNS rebinding).
    func isOwn(_ origin: String, of request: HTTPServerRequest) -> Bool {
        guard let url = HTTPURL(origin), InternetAddress(url.host).kind != .name else { return false }
        return request.isOwnOrigin(origin)
    }
}
