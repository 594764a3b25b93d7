import HTTPWire

/// A client's credentials, with the protection spaces to which they may be sent.
///
///     var store = CredentialStore()
///     store.add(.basic(username: "u", password: "p"), for: url)
///     store.credentials(for: url)                    // before any challenge
///     store.credentials(for: url, challenge: challenge)   // after one
///
/// Credentials for a proxy are stored under the proxy's own URL, `http://proxy:3128/`. Credentials never match another
/// origin.
package struct CredentialStore: Sendable {
    private struct Entry: Sendable {
        let space: ProtectionSpace
        let realm: String?
        let credentials: HTTPCredentials
        /// Whether the entry was added in answer to a server's challenge.
        var isLearned = false

        func isReplaced(by other: Entry) -> Bool {
            space == other.space && realm == other.realm && credentials.scheme == other.credentials.scheme
        }
    }

    /// How many entries may be learned from challenges, per origin and in total. A server can use any number of realms
    /// and redirect the client to any number of paths.
    static let (learnedPerOrigin, learnedInAll) = (64, 1024)

    private var entries: [Entry] = []

    /// Creates an empty store.
    package init() {}

    /// Whether there are no credentials.
    package var isEmpty: Bool { entries.isEmpty }

    /// The number of entries.
    var count: Int { entries.count }

    /// Adds credentials, replacing those of the same scheme for the same space and realm.
    ///
    /// - Parameter realm: The realm that the credentials are for. Defaults to any.
    package mutating func add(_ credentials: HTTPCredentials, for space: ProtectionSpace, realm: String? = nil) {
        replace(with: Entry(space: space, realm: realm, credentials: credentials))
    }

    /// Adds credentials that have answered a challenge. If there are too many, they replace the oldest ones that were
    /// added in this way, but never those that the user has added.
    mutating func learn(_ credentials: HTTPCredentials, for space: ProtectionSpace, realm: String?) {
        var entry = Entry(space: space, realm: realm, credentials: credentials, isLearned: true)
        if let known = entries.first(where: { $0.isReplaced(by: entry) }) { entry.isLearned = known.isLearned }
        replace(with: entry)
        let learned = entries.indices.filter { entries[$0].isLearned }
        let ofOrigin = learned.filter { entries[$0].space.origin == space.origin }
        if ofOrigin.count > Self.learnedPerOrigin {
            entries.remove(at: ofOrigin[0])
        } else if learned.count > Self.learnedInAll {
            entries.remove(at: learned[0])
        }
    }

    private mutating func replace(with entry: Entry) {
        entries.removeAll { $0.isReplaced(by: entry) }
        entries.append(entry)
    }

    /// Adds credentials for the folder of `url`: its path up to the last slash.
    ///
    /// - Parameter realm: The realm that the credentials are for. Defaults to any.
    package mutating func add(_ credentials: HTTPCredentials, for url: HTTPURL, realm: String? = nil) {
        add(credentials, for: ProtectionSpace(url), realm: realm)
    }

    /// The credentials to send before any challenge: those with the longest path that contains `url`.
    ///
    /// These may be digest credentials: they cannot be sent before a challenge, but mean that one can be answered.
    package func credentials(for url: HTTPURL) -> HTTPCredentials? {
        best(entries.filter { $0.space.contains(url) })?.credentials
    }

    /// The credentials that answer `challenge`: of its scheme, and for its realm or for any.
    ///
    /// Credentials for exactly this realm come first, whatever their path, since a realm spans the paths of an origin
    /// (RFC 9110 section 11.5); then those with the longest path that contains `url`.
    package func credentials(for url: HTTPURL, challenge: Challenge) -> HTTPCredentials? {
        let usable = entries.filter {
            $0.space.origin == url.origin && challenge.isScheme($0.credentials.scheme.rawValue)
        }
        if let realm = challenge.realm {
            let named = usable.filter { $0.realm == realm }
            if let entry = best(named.filter { $0.space.contains(url) }) ?? named.last { return entry.credentials }
        }
        return best(usable.filter { $0.realm == nil && $0.space.contains(url) })?.credentials
    }

    /// Removes credentials from all entries for the origin of `url`, for example because the server has refused them.
    package mutating func remove(_ credentials: HTTPCredentials, for url: HTTPURL) {
        entries.removeAll { $0.credentials == credentials && $0.space.origin == url.origin }
    }

    /// Removes all credentials.
    package mutating func removeAll() {
        entries.removeAll()
    }

    /// The entry with the longest path; if there are several, the newest.
    private func best(_ candidates: [Entry]) -> Entry? {
        var best: Entry?
        for entry in candidates where entry.space.path.utf8.count >= best?.space.path.utf8.count ?? 0 { best = entry }
        return best
    }
}
