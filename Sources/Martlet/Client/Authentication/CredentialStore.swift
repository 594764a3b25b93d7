import HTTPWire

/// The credentials that a client has, by where they may be sent.
///
///     var store = CredentialStore()
///     store.add(.basic(username: "u", password: "p"), for: url)
///     store.credentials(for: url)                    // before any challenge
///     store.credentials(for: url, challenge: challenge)   // after one
///
/// Those for a proxy are stored under the proxy's own URL, `http://proxy:3128/`. Nothing ever matches another origin.
package struct CredentialStore: Sendable {
    private struct Entry: Sendable {
        let space: ProtectionSpace
        let realm: String?
        let credentials: HTTPCredentials
        /// Whether the entry was made to answer a server's challenge.
        var isLearned = false

        func isReplaced(by other: Entry) -> Bool {
            space == other.space && realm == other.realm && credentials.scheme == other.credentials.scheme
        }
    }

    /// How many entries may be learned from challenges, of one origin and of all. A server can name as many realms and
    /// send the client to as many paths as it likes.
    static let (learnedPerOrigin, learnedInAll) = (64, 1024)

    private var entries: [Entry] = []

    /// No credentials.
    package init() {}

    /// Whether there are none.
    package var isEmpty: Bool { entries.isEmpty }

    /// How many entries there are.
    var count: Int { entries.count }

    /// Adds credentials, in place of those of the same scheme for the same space and realm.
    ///
    /// - Parameter realm: The realm they are for. Defaults to any.
    package mutating func add(_ credentials: HTTPCredentials, for space: ProtectionSpace, realm: String? = nil) {
        replace(with: Entry(space: space, realm: realm, credentials: credentials))
    }

    /// Adds credentials that have answered a challenge. They take the place of the oldest ones that were added in this way
    /// when there are too many, never of those that the user has added.
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
    /// - Parameter realm: The realm they are for. Defaults to any.
    package mutating func add(_ credentials: HTTPCredentials, for url: HTTPURL, realm: String? = nil) {
        add(credentials, for: ProtectionSpace(url), realm: realm)
    }

    /// The credentials to send without having been asked: those of the longest path that `url` lies in.
    ///
    /// Credentials for digest are among them: they cannot be sent yet, but mean that a challenge can be answered.
    package func credentials(for url: HTTPURL) -> HTTPCredentials? {
        best(entries.filter { $0.space.contains(url) })?.credentials
    }

    /// The credentials that answer `challenge`: of its scheme, and for its realm or for any.
    ///
    /// Those for the very realm go first, wherever on the origin they were added, for a realm spans its paths (RFC 9110
    /// section 11.5); then those of the longest path that `url` lies in.
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

    /// Removes credentials wherever they stand for the origin of `url`, such as those that the server has refused.
    package mutating func remove(_ credentials: HTTPCredentials, for url: HTTPURL) {
        entries.removeAll { $0.credentials == credentials && $0.space.origin == url.origin }
    }

    /// Removes all credentials.
    package mutating func removeAll() {
        entries.removeAll()
    }

    /// The entry with the longest path; the newest of several.
    private func best(_ candidates: [Entry]) -> Entry? {
        var best: Entry?
        for entry in candidates where entry.space.path.utf8.count >= best?.space.path.utf8.count ?? 0 { best = entry }
        return best
    }
}
