/// One challenge, by which a server or a proxy demands authentication (RFC 9110 section 11.3).
///
///     let challenge = Challenge.parse("Basic realm=\"simple\", charset=\"UTF-8\"").first
///     challenge?.scheme                  // "Basic"
///     challenge?.realm                   // "simple"
///     challenge?.parameters["charset"]   // "UTF-8"
public struct Challenge: Sendable, Hashable {
    /// The name of the authentication scheme, as sent; compare it with `isScheme(_:)`.
    public let scheme: String
    /// The token that some schemes, such as `Negotiate`, have in place of parameters.
    public let token68: String?
    /// The parameters, in order.
    public let parameters: FieldParameters

    /// Creates a challenge for a server to send.
    ///
    /// - Throws: `FieldValueError` if `scheme` is not a token, or if a parameter has no value.
    public init(scheme: String, parameters: FieldParameters = FieldParameters()) throws(FieldValueError) {
        guard scheme.isToken else { throw .notAToken(scheme) }
        for parameter in parameters where parameter.value == nil { throw .invalidParameter(name: parameter.name) }
        self.init(scheme: scheme, token68: nil, parameters: parameters)
    }

    init(scheme: String, token68: String?, parameters: FieldParameters) {
        self.scheme = scheme
        self.token68 = token68
        self.parameters = parameters
    }

    /// The part of the server that the challenge protects (RFC 9110 section 11.5).
    public var realm: String? {
        parameters["realm"]
    }

    /// Whether the scheme has this name, ignoring case.
    public func isScheme(_ name: String) -> Bool {
        scheme.equalsIgnoringCase(name)
    }
}

extension Challenge {
    /// Reads the challenges of one `WWW-Authenticate` or `Proxy-Authenticate` field, in order.
    ///
    /// A comma separates parameters as well as challenges: a member `name=value` belongs to the challenge before it. A
    /// malformed challenge is left out along with its parameters, without affecting the others.
    public static func parse(_ text: String) -> [Challenge] {
        var challenges: [Challenge] = []
        parse(text.utf8.span, into: &challenges)
        return challenges
    }

    /// Appends the challenges of one field.
    static func parse(_ bytes: Span<UInt8>, into challenges: inout [Challenge]) {
        var current: Open?
        var offset = 0
        while let member = bytes.nextMember(&offset) {
            if bytes.isAuthParameter(member) {
                // One malformed parameter invalidates its challenge: without `nonce`, say, it would have another
                // meaning.
                guard current?.token68 == nil, let parameter = bytes.authParameter(member) else {
                    current = nil
                    continue
                }
                current?.parameters.append(parameter)
            } else {
                if let current { challenges.append(current.challenge) }
                current = Open(bytes, member)
            }
        }
        if let current { challenges.append(current.challenge) }
    }
}

/// A challenge whose parameters may not all have been read. It is changed in place: copying the parameters for each new
/// one would take quadratic time.
private struct Open {
    let scheme: String
    let token68: String?
    var parameters = FieldParameters()

    var challenge: Challenge { Challenge(scheme: scheme, token68: token68, parameters: parameters) }

    /// Reads a scheme, and after it a token68, the first parameter, or nothing.
    init?(_ bytes: Span<UInt8>, _ member: Range<Int>) {
        let bytes = bytes.extracting(member)
        var offset = 0
        guard let scheme = bytes.token(&offset) else { return nil }
        let schemeEnd = offset
        bytes.skipWhitespace(&offset)
        let rest = offset..<bytes.count
        var token68: String?
        if !rest.isEmpty {
            guard offset > schemeEnd else { return nil }
            if let parameter = bytes.authParameter(rest) {
                parameters.append(parameter)
            } else if bytes.token68(&offset) == rest {
                token68 = bytes.string(rest)
            } else {
                return nil
            }
        }
        self.scheme = bytes.string(scheme)
        self.token68 = token68
    }
}

extension Challenge: CustomStringConvertible {
    /// The challenge as it is sent.
    public var description: String {
        if let token68 { return "\(scheme) \(token68)" }
        let list = parameters.map { parameter in
            let value = parameter.value ?? ""
            // Some clients accept these values only without quotes, and all others only with them (RFC 7616 section
            // 3.3).
            let isBare = ["algorithm", "stale", "userhash"].contains(parameter.name) && value.isToken
            return "\(parameter.name)=\(isBare ? value : value.quoted)"
        }
        return list.isEmpty ? scheme : "\(scheme) \(list.joined(separator: ", "))"
    }
}

extension FieldParameters {
    /// Reads `name=value, name="value"`, as in `Authentication-Info` (RFC 7615 section 3); `nil` if malformed.
    package init?(list text: String) {
        self.init()
        let bytes = text.utf8.span
        var offset = 0
        while let member = bytes.nextMember(&offset) {
            guard let parameter = bytes.authParameter(member) else { return nil }
            append(parameter)
        }
    }
}

extension Span<UInt8> {
    /// Whether `range` begins like a parameter: with a token, optional white space and an equals sign.
    fileprivate func isAuthParameter(_ range: Range<Int>) -> Bool {
        var offset = range.lowerBound
        guard token(&offset) != nil else { return false }
        skipWhitespace(&offset)
        return offset < range.upperBound && self[offset] == 0x3D
    }

    /// Reads all of `range` as an `auth-param` (RFC 9110 section 11.2).
    fileprivate func authParameter(_ range: Range<Int>) -> FieldParameters.Parameter? {
        let bytes = extracting(range)
        var offset = 0
        guard let name = bytes.token(&offset) else { return nil }
        bytes.skipWhitespace(&offset)
        guard bytes.skip(0x3D, &offset) else { return nil }
        bytes.skipWhitespace(&offset)
        let value = bytes.quotedString(&offset) ?? bytes.token(&offset).map { bytes.string($0) }
        guard let value, offset == bytes.count else { return nil }
        return FieldParameters.Parameter(name: bytes.lowercasedString(name), value: value)
    }
}
