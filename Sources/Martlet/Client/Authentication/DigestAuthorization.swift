import HTTPTypes
import HTTPWire
import NIOCore

/// Answers one digest challenge, and counts the requests that use its nonce (RFC 7616, and RFC 2617 and RFC 2069 for
/// old servers).
///
///     var digest = try DigestAuthorization(challenge: challenge, username: "Mufasa", password: "Circle of Life")
///     let value = try digest.authorization(method: .get, target: url.requestTarget)
///
/// `auth` is preferred to `auth-int` if both are offered. Keep the value as long as the server accepts its answers.
package struct DigestAuthorization: Sendable {
    /// The quality of protection (`qop`): what the answer covers.
    package enum Quality: String, Sendable, Hashable {
        /// Method and target.
        case auth = "auth"
        /// Method, target and content.
        case authInt = "auth-int"
    }

    /// The realm of the challenge.
    package let realm: String
    /// The hash algorithm.
    package let algorithm: DigestAlgorithm
    /// The quality of protection; `nil` for a server that implements RFC 2069.
    package private(set) var quality: Quality?
    /// The nonce that the next answer uses.
    package private(set) var nonce: String
    /// How many answers have used the current nonce.
    package private(set) var nonceCount: UInt32 = 0

    private let username: String
    /// `H(username:realm:password)`, so that the password need not be kept.
    private let secretHash: String
    private let namesAlgorithm: Bool
    private let hashesUsername: Bool
    private let knowsUTF8: Bool
    private var opaque: String?
    /// The client's nonce and `H(A1)` of a `-sess` algorithm, computed once for each challenge (RFC 7616 section
    /// 3.4.2).
    private var session: (cnonce: String, key: String)?

    /// Creates the answers to `challenge` for this user.
    ///
    /// - Throws: `DigestError` if the challenge lacks `realm` or `nonce`, or requires something unsupported.
    package init(challenge: Challenge, username: String, password: String) throws(DigestError) {
        guard challenge.isScheme("Digest") else { throw .notDigest(scheme: challenge.scheme) }
        guard let realm = challenge.realm else { throw .missingParameter("realm") }
        guard let nonce = challenge.parameters["nonce"] else { throw .missingParameter("nonce") }
        let name = challenge.parameters["algorithm"]
        guard let algorithm = name.map(DigestAlgorithm.init) ?? .md5 else {
            throw .unsupportedAlgorithm(name ?? "")
        }
        self.realm = realm
        self.nonce = nonce
        self.algorithm = algorithm
        self.username = username
        namesAlgorithm = name != nil
        quality = try Self.quality(of: challenge)
        opaque = challenge.parameters["opaque"]
        hashesUsername = challenge.parameters["userhash"]?.equalsIgnoringCase("true") ?? false
        knowsUTF8 = challenge.parameters["charset"]?.equalsIgnoringCase("UTF-8") ?? false
        secretHash = algorithm.hash("\(username):\(realm):\(password)")
    }

    /// The first challenge that can be answered; servers send them in order of preference (RFC 7616 section 3.7).
    package static func preferred(among challenges: [Challenge]) -> Challenge? {
        challenges.first { (try? DigestAuthorization(challenge: $0, username: "", password: "")) != nil }
    }

    /// The value of the `Authorization` or `Proxy-Authorization` field for the next request.
    ///
    /// - Parameters:
    ///   - method: The method of the request.
    ///   - target: The target as on the request line.
    ///   - content: The content, empty if there is none. `nil` if it is streamed; only `auth-int` needs it.
    ///   - cnonce: The client's nonce. Defaults to 128 random bits; tests pass their own. With a `-sess` algorithm, the
    ///     one of the first request after a challenge is reused.
    /// - Throws: `DigestError.contentNeeded` if the server requires the content to be authenticated and `content` is
    ///   `nil`.
    package mutating func authorization(
        method: HTTPRequest.Method,
        target: String,
        content: ByteBuffer? = ByteBuffer(),
        cnonce: String? = nil
    ) throws(DigestError) -> String {
        if quality == .authInt, content == nil { throw .contentNeeded }
        nonceCount &+= 1
        let cnonce = session?.cnonce ?? cnonce ?? RandomText.hexadecimal()
        var key = session?.key ?? secretHash
        if algorithm.isSession, session == nil {
            key = algorithm.hash("\(secretHash):\(nonce):\(cnonce)")
            session = (cnonce, key)
        }
        var count = String(nonceCount, radix: 16)
        count = String(repeating: "0", count: 8 - count.utf8.count) + count

        var action = "\(method.rawValue):\(target)"
        if quality == .authInt, let content {
            action += ":\(algorithm.hash(content.readableBytesUInt8Span.bytes))"
        }
        let actionHash = algorithm.hash(action)
        let response: String
        if let quality {
            response = algorithm.hash("\(key):\(nonce):\(count):\(cnonce):\(quality.rawValue):\(actionHash)")
        } else {
            response = algorithm.hash("\(key):\(nonce):\(actionHash)")
        }

        // `algorithm`, `nc`, `qop` and `userhash` have no quotes (RFC 7616 section 3.4).
        var text = "Digest \(usernameParameter), realm=\(realm.quoted), uri=\(target.quoted)"
        if namesAlgorithm { text += ", algorithm=\(algorithm)" }
        text += ", nonce=\(nonce.quoted)"
        if let quality {
            text += ", nc=\(count), cnonce=\(cnonce.quoted), qop=\(quality.rawValue)"
        } else if algorithm.isSession {
            text += ", cnonce=\(cnonce.quoted)"
        }
        text += ", response=\"\(response)\""
        if let opaque { text += ", opaque=\(opaque.quoted)" }
        if hashesUsername { text += ", userhash=true" }
        return text
    }

    /// `username`, hashed if the server asks for that (RFC 7616 section 3.4.4), or `username*` if it can't be sent in
    /// quotes (RFC 8187).
    private var usernameParameter: String {
        if hashesUsername { return "username=\"\(algorithm.hash("\(username):\(realm)"))\"" }
        let isASCII = username.utf8.allSatisfy { $0 < 0x80 }
        if !username.isFieldText || (!isASCII && knowsUTF8) {
            return "username*=UTF-8''\(PercentEncoding.encode(username, as: .unreserved))"
        }
        return "username=\(username.quoted)"
    }

    private static func quality(of challenge: Challenge) throws(DigestError) -> Quality? {
        guard let offer = challenge.parameters["qop"], !offer.isEmpty else { return nil }
        let list = FieldList(offer)
        if list.contains(token: "auth") { return .auth }
        if list.contains(token: "auth-int") { return .authInt }
        throw .unsupportedQuality(offer)
    }
}

extension DigestAuthorization {
    /// Uses the nonce of a new challenge, if the server refused the last answer only because its nonce was too old
    /// (`stale=true`, RFC 7616 section 3.3).
    ///
    /// - Returns: Whether to repeat the request. `false` means that the user name or the password is wrong.
    package mutating func renew(with challenge: Challenge) -> Bool {
        guard challenge.isScheme("Digest"), challenge.realm == realm,
            challenge.parameters["stale"]?.equalsIgnoringCase("true") ?? false,
            let nonce = challenge.parameters["nonce"],
            challenge.parameters["algorithm"].map(DigestAlgorithm.init) ?? .md5 == algorithm,
            let quality = try? Self.quality(of: challenge)
        else { return false }
        use(nonce: nonce)
        self.quality = quality
        opaque = challenge.parameters["opaque"]
        session = nil
        return true
    }

    /// Uses `nextnonce` from an `Authentication-Info` or `Proxy-Authentication-Info` field (RFC 7616 section 3.5).
    package mutating func update(authenticationInfo text: String) {
        guard let nonce = FieldParameters(list: text)?["nextnonce"] else { return }
        use(nonce: nonce)
    }

    private mutating func use(nonce: String) {
        guard nonce != self.nonce else { return }
        self.nonce = nonce
        nonceCount = 0
    }
}
