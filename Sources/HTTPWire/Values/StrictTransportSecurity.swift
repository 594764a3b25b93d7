/// A host's wish to be visited over https only: the value of `Strict-Transport-Security` (HSTS, RFC 6797 section 6.1).
///
///     let policy = StrictTransportSecurity("max-age=31536000; includeSubDomains")
///     policy?.maxAge                                              // 31_536_000
///     StrictTransportSecurity(maxAge: 0).description              // "max-age=0"
///
/// Browsers obey it when it comes over https, from a host that has a name.
public struct StrictTransportSecurity: Sendable, Hashable {
    /// How long the wish holds, in seconds from when it is received. 0 takes it back.
    public let maxAge: Int
    /// Whether it holds for all the hosts below this one too.
    public let includeSubDomains: Bool
    /// Whether browsers may have the host in the lists that they come with. This is not of the RFC: see hstspreload.org,
    /// which also wants a year at least, and the sub-domains. A host that is on the list hardly comes off it.
    public let preload: Bool

    /// A policy.
    ///
    /// - Parameters:
    ///   - maxAge: Seconds; a year by default. What is below 0 counts as 0.
    ///   - includeSubDomains: False by default.
    ///   - preload: False by default.
    public init(maxAge: Int = 31_536_000, includeSubDomains: Bool = false, preload: Bool = false) {
        self.maxAge = max(maxAge, 0)
        self.includeSubDomains = includeSubDomains
        self.preload = preload
    }
}

extension StrictTransportSecurity: LosslessStringConvertible {
    /// Reads the value of a field. Directives may come in any order; those that are unknown are ignored.
    ///
    /// - Returns: `nil` if `max-age` is missing or not a number, if a directive comes twice, or if one is malformed: such
    ///   a field counts for nothing (RFC 6797 section 8.1). A number that is too large becomes the largest.
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
        /// In lower case.
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
