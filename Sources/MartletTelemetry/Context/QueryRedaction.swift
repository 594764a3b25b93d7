import HTTPWire

/// Takes the secrets out of queries, for spans: those who read traces need not be those who may use the service.
struct QueryRedaction: Sendable {
    /// Stands for the value of a secret.
    static let placeholder = "REDACTED"

    /// The names of parameters that commonly hold secrets: of log-ins, of OAuth 2, and signatures of URLs by which
    /// anyone may read what they lead to.
    private static let common: Set<String> = [
        "access_token", "api-key", "api_key", "apikey", "assertion", "auth", "authorization", "awsaccesskeyid",
        "client_assertion", "client_secret", "code", "code_verifier", "credential", "credentials", "id_token", "jwt",
        "key", "pass", "passwd", "password", "pwd", "refresh_token", "samlresponse", "secret", "session", "sessionid",
        "sig", "signature", "token", "x-amz-credential", "x-amz-security-token", "x-amz-signature", "x-goog-credential",
        "x-goog-signature",
    ]

    private let names: Set<String>

    /// - Parameter further: Names of other parameters that hold secrets, in lower case.
    init(_ further: Set<String> = []) {
        names = Self.common.union(further)
    }

    /// The query with `REDACTED` in place of the values of secrets. Everything else stays as it is.
    func redacted(_ query: String) -> String {
        query.split(separator: "&", omittingEmptySubsequences: false).map { parameter in
            guard let equals = parameter.utf8.firstIndex(of: 0x3D) else { return String(parameter) }
            let name = parameter[..<equals]
            return isSecret(name) ? "\(name)=\(Self.placeholder)" : String(parameter)
        }.joined(separator: "&")
    }

    /// The URL without credentials and fragment, and without the secrets in its query.
    func redacted(_ url: HTTPURL) -> String {
        url.withQuery(url.query.map(redacted)).absoluteTarget
    }

    private func isSecret(_ name: Substring) -> Bool {
        // A name that can't be decoded might be read as any by another program.
        guard let decoded = try? PercentEncoding.decode(String(name), plusIsSpace: true) else { return true }
        return names.contains(decoded.lowercased())
    }
}
