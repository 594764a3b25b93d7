import HTTPTypes
import HTTPWire
import Martlet

/// A server's demand that a client authenticate itself: the value of `WWW-Authenticate` (RFC 9110 section 11.6.1).
struct AuthenticationChallenge: Sendable {
    private let text: String

    /// - Throws: ``MiddlewareError/invalidRealm(_:)``.
    init(
        _ scheme: String,
        realm: String,
        _ parameters: KeyValuePairs<String, String> = [:]
    ) throws(MiddlewareError) {
        guard !realm.isEmpty, realm.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw .invalidRealm(realm) }
        do {
            var all = try FieldParameters(["realm": realm])
            for (name, value) in parameters { try all.append(name: name, value: value) }
            text = try Challenge(scheme: scheme, parameters: all).description
        } catch {
            throw .invalidRealm(realm)
        }
    }

    /// The answer that carries the challenge.
    func answer(_ message: String, status: HTTPResponse.Status = .unauthorized) -> HTTPError {
        HTTPError(status, message, headers: [.wwwAuthenticate: text])
    }
}
