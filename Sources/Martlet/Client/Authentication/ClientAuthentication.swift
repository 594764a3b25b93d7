import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// A client's authentication: its credentials, and the digest state of each origin.
///
/// Proxies have their own URLs, `http://proxy:3128/`.
final class ClientAuthentication: Sendable {
    /// How many challenges one request answers before it gives up.
    private static let maximumAnswers = 4
    /// For how many origins digest state is kept.
    private static let maximumDigests = 1024

    /// The attempts of one request.
    struct Attempts: Sendable {
        var tried: Set<HTTPCredentials> = []
        var answers = 0
        /// The user name and password of the request's URL, which are used for this request only.
        var own: HTTPCredentials?
        var ownDigest: DigestAuthorization?

        init() {}

        /// Creates the state before the first attempt at `url`, which may have user information.
        init(for url: HTTPURL) {
            own = url.username.map { .basic(username: $0, password: url.password ?? "") }
        }
    }

    private struct State {
        var store = CredentialStore()
        var digests: [HTTPOrigin: DigestAuthorization] = [:]

        /// The credentials that may answer a challenge: those for its scheme, and for Digest also those for Basic.
        func candidates(for url: HTTPURL, _ challenge: Challenge) -> [HTTPCredentials] {
            var all: [HTTPCredentials] = []
            if let credentials = store.credentials(for: url, challenge: challenge) { all.append(credentials) }
            if challenge.isScheme("Digest"),
                case .basic(let username, let password) = store.credentials(for: url)?.secret
            {
                all.append(.digest(username: username, password: password))
            }
            return all
        }
    }

    private let state = Mutex(State())
    /// Whether there are no credentials, as in most clients.
    private let isEmpty = Atomic(true)

    func add(_ credentials: HTTPCredentials, for space: ProtectionSpace, realm: String? = nil) {
        state.withLock { $0.store.add(credentials, for: space, realm: realm) }
        isEmpty.store(false, ordering: .releasing)
    }

    /// The value to send to `url` before any challenge.
    func authorization(
        for url: HTTPURL,
        method: HTTPRequest.Method,
        target: String,
        content: ByteBuffer?,
        _ attempts: inout Attempts
    ) throws(HTTPClientError) -> String? {
        if let own = attempts.own {
            guard attempts.ownDigest != nil else { return own.authorization }
            do throws(DigestError) {
                return try attempts.ownDigest?.authorization(method: method, target: target, content: content)
            } catch {
                throw .authentication("\(error)")
            }
        }
        guard !isEmpty.load(ordering: .acquiring) else { return nil }
        let (result, sent) = state.withLock { state -> (Result<String?, DigestError>, HTTPCredentials?) in
            if state.digests[url.origin] != nil {
                do throws(DigestError) {
                    let value = try state.digests[url.origin]?
                        .authorization(method: method, target: target, content: content)
                    return (.success(value), nil)
                } catch {
                    return (.failure(error), nil)
                }
            }
            let credentials = state.store.credentials(for: url)
            return (.success(credentials?.authorization), credentials?.authorization == nil ? nil : credentials)
        }
        if let sent { attempts.tried.insert(sent) }
        switch result {
        case .success(let value): return value
        case .failure(let error): throw .authentication("\(error)")
        }
    }

    /// Prepares an answer to one of `challenges`. Returns false if there are no credentials left to try.
    func answer(
        _ challenges: [Challenge],
        for url: HTTPURL,
        _ attempts: inout Attempts,
        ask: (@Sendable (HTTPURL, Challenge) async throws -> HTTPCredentials?)?
    ) async throws -> Bool {
        guard attempts.answers < Self.maximumAnswers else { return false }
        attempts.answers += 1
        // Digest is preferred to schemes that reveal the password.
        let preferred = DigestAuthorization.preferred(among: challenges)
        if case .basic(let username, let password) = attempts.own?.secret {
            if attempts.ownDigest == nil, let preferred {
                attempts.ownDigest = try? DigestAuthorization(
                    challenge: preferred,
                    username: username,
                    password: password
                )
                return attempts.ownDigest != nil
            }
            if let preferred, attempts.ownDigest?.renew(with: preferred) == true { return true }
            attempts.own = nil
            attempts.ownDigest = nil
        }
        if renew(with: challenges, for: url) { return true }
        let others = challenges.filter { !$0.isScheme("Digest") }
        let ordered = (preferred.map { [$0] } ?? []) + others
        for challenge in ordered {
            let candidates = state.withLock { $0.candidates(for: url, challenge) }
            for credentials in candidates where attempts.tried.insert(credentials).inserted {
                if use(credentials, for: url, challenge) { return true }
            }
        }
        guard let ask else { return false }
        for challenge in ordered {
            guard let credentials = try await ask(url, challenge) else { continue }
            guard attempts.tried.insert(credentials).inserted else { return false }
            if use(credentials, for: url, challenge) { return true }
        }
        return false
    }

    /// Uses the next nonce that a server announces (RFC 7616 section 3.5).
    func update(_ info: String, for url: HTTPURL) {
        state.withLock { $0.digests[url.origin]?.update(authenticationInfo: info) }
    }

    /// Replaces a stale nonce; removes a digest that was refused.
    private func renew(with challenges: [Challenge], for url: HTTPURL) -> Bool {
        state.withLock { state in
            guard var digest = state.digests[url.origin] else { return false }
            for challenge in challenges where digest.renew(with: challenge) {
                state.digests[url.origin] = digest
                return true
            }
            state.digests[url.origin] = nil
            return false
        }
    }

    /// Makes the next request to `url` use `credentials`.
    private func use(_ credentials: HTTPCredentials, for url: HTTPURL, _ challenge: Challenge) -> Bool {
        switch credentials.secret {
        case .basic(let username, let password), .digest(let username, let password):
            guard challenge.isScheme("Digest") else {
                guard credentials.scheme == .basic, challenge.isScheme("Basic") else { return false }
                break
            }
            let digest = try? DigestAuthorization(challenge: challenge, username: username, password: password)
            guard let digest else { return false }
            state.withLock { state in
                // Losing one costs just one more challenge.
                if state.digests.count >= Self.maximumDigests { state.digests.removeAll() }
                state.digests[url.origin] = digest
            }
            isEmpty.store(false, ordering: .releasing)
            let kept = HTTPCredentials.digest(username: username, password: password)
            learn(kept, for: url, challenge)
            return true
        case .bearer:
            guard challenge.isScheme("Bearer") else { return false }
        }
        learn(credentials, for: url, challenge)
        return true
    }

    private func learn(_ credentials: HTTPCredentials, for url: HTTPURL, _ challenge: Challenge) {
        state.withLock { $0.store.learn(credentials, for: ProtectionSpace(url), realm: challenge.realm) }
        isEmpty.store(false, ordering: .releasing)
    }
}
