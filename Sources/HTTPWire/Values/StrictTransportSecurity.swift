/// A host's policy to be accessed over https only: the value of `Strict-Transport-Security` (HSTS, RFC 6797 section
/// 6.1).
///
///     let policy = StrictTransportSecurity("max-age=31536000; includeSubDomains")
///     policy?.maxAge                                              // 31_536_000
///     StrictTransportSecurity(maxAge: 0).description              // "max-age=0"
///
/// Browsers obey it if they receive it over https from a host that has a name.
public struct StrictTransportSecurity: Sendable, Hashable {
    /// How long the policy applies, in seconds from when it is received. 0 revokes it.
    public let maxAge: Int
    /// Whether the policy also applies to all subdomains of the host.
    public let includeSubDomains: Bool
    /// Whether browsers may include the host in their built-in lists. This is not part of the RFC: see hstspreload.org,
    /// which also requires at least a year and the subdomains. It is hard to get a host off the list again.
    public let preload: Bool

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - maxAge: The duration in seconds; a year by default. Negative values count as 0.
    ///   - includeSubDomains: Whether subdomains are included; `false` by default.
    ///   - preload: Whether browsers may preload the policy; `false` by default.
    public init(maxAge: Int = 31_536_000, includeSubDomains: Bool = false, preload: Bool = false) {
        self.maxAge = max(maxAge, 0)
        self.includeSubDomains = includeSubDomains
        self.preload = preload
    }
}

extension StrictTransportSecurity: LosslessStringConvertible {
    /// Reads the value of a field. Directives may be in any order; unknown ones are ignored.
    ///
    /// - Returns: `nil` if `max-age` is missing or not a number, if a directive is repeated, or if one is malformed:
    ///   such a field is ignored (RFC 6797 section 8.1). A number that is too large becomes the largest.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        var maxAge: Int?
        var names: Set<String> = []
        var flags: Set<String> = []
        var offset = 0
        while let member = bytes.nextMember(&offset, separator: 0x3B) {
            guard let directive = Directive(bytes.extracting(member)), names.insert(directive.name).inserted else {
                return nil
            }
            switch (directive.name, directive.value) {
            case ("max-age", let value?):
                guard let seconds = Self.seconds(value) else { return nil }
                maxAge = seconds
            case ("max-age", nil): return nil
            case ("includesubdomains", .some): return nil
            case (let name, nil): flags.insert(name)
            default: break
            }
        }
        guard let maxAge else { return nil }
        self.init(
            maxAge: maxAge,
            includeSubDomains: flags.contains("includesubdomains"),
            preload: flags.contains("preload")
        )
    }

    /// The value as it is sent.
    public var description: String {
        "max-age=\(maxAge)\(includeSubDomains ? "; includeSubDomains" : "")\(preload ? "; preload" : "")"
    }

    private static func seconds(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0.isASCIIDigit }) else { return nil }
        return Int(text) ?? .max
    }

    /// `name`, `name=token` or `name="quoted"`.
    private struct Directive {
        /// The name in lower case.
        let name: String
        let value: String?

        init?(_ bytes: Span<UInt8>) {
            var offset = 0
            guard let name = bytes.token(&offset) else { return nil }
            self.name = bytes.lowercasedString(name)
            bytes.skipWhitespace(&offset)
            if bytes.skip(0x3D, &offset) {
                bytes.skipWhitespace(&offset)
                if let text = bytes.quotedString(&offset) {
                    value = text
                } else if let token = bytes.token(&offset) {
                    value = bytes.string(token)
                } else {
                    return nil
                }
            } else {
                value = nil
            }
            guard offset == bytes.count else { return nil }
        }
    }
}
