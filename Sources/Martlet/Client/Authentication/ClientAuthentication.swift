import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// What a client knows about proving who it is: the credentials, and the digests that servers accept at the moment.
///
/// Proxies are kept under their own URLs, `http://proxy:3128/`.
final class ClientAuthentication: Sendable {
    /// How many answers one request gives before it takes no for an answer.
    private static let maximumAnswers = 4
    /// Of how many origins the digests are kept.
    private static let maximumDigests = 1024

    /// What one request has tried.
    struct Attempts: Sendable {
        var tried: Set<HTTPCredentials> = []
        var answers = 0
        /// User name and password in the request's URL, which are for this request only.
        var own: HTTPCredentials?
        var ownDigest: DigestAuthorization?

        init() {}

        /// Nothing has been tried yet at `url`, which may name a user.
        init(for url: HTTPURL) {
            own = url.username.map { .basic(username: $0, password: url.password ?? "") }
        }
    }

    private struct State {
        var store = CredentialStore()
        var digests: [HTTPOrigin: DigestAuthorization] = [:]

        /// What may answer a challenge: credentials for its scheme, and a user's name and password for digests too.
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
    /// Whether there is nothing to send, which most clients stay with.
    private let isEmpty = Atomic(true)

    func add(_ credentials: HTTPCredentials, for space: ProtectionSpace, realm: String? = nil) {
        state.withLock { $0.store.add(credentials, for: space, realm: realm) }
        isEmpty.store(false, ordering: .releasing)
    }

    /// The value to send to `url` without having been asked.
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

    /// Gets ready to answer one of `challenges`. False when there is nothing to answer with that was not refused.
    func answer(
        _ challenges: [Challenge],
        for url: HTTPURL,
        _ attempts: inout Attempts,
        ask: (@Sendable (HTTPURL, Challenge) async throws -> HTTPCredentials?)?
    ) async throws -> Bool {
        guard attempts.answers < Self.maximumAnswers else { return false }
        attempts.answers += 1
        // Digest before what shows the password.
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

    /// Takes what a server says about its next nonce (RFC 7616 section 3.5).
    func update(_ info: String, for url: HTTPURL) {
        state.withLock { $0.digests[url.origin]?.update(authenticationInfo: info) }
    }

    /// Takes a new nonce for an old one; a digest that was refused is forgotten.
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

    /// Makes `credentials` what the next request to `url` is sent with.
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
                // Each costs no more than one more challenge when it is wanted again.
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
