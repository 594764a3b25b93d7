import HTTPTypes
import HTTPWire

extension RedirectPolicy {
    /// The fields that carry secrets, or what one origin knows of another, and are not sent to another origin. `Host` is
    /// one of them: it names the origin before.
    package static let credentialFields: Set<HTTPField.Name> = [
        .authorization, .cookie, .cookie2, .hostField, .proxyAuthorization, .wwwAuthenticate, .proxyAuthenticate,
    ]

    /// The fields that describe content and make no sense without it (RFC 9110 section 15.4), besides all those whose
    /// names begin with `Content-`.
    package static let contentFields: Set<HTTPField.Name> = [
        .contentType, .contentLength, .contentEncoding, .contentLanguage, .contentLocation, .contentDisposition,
        .contentRange, .transferEncoding, .trailer, .expect, .lastModified, .contentDigest, .reprDigest, .digest,
    ]

    /// Whether a redirect may remove a field, since it is a credential or describes content.
    static func concerns(_ name: HTTPField.Name, secrets: Set<HTTPField.Name>) -> Bool {
        credentialFields.contains(name) || secrets.contains(name) || describesContent(name)
    }

    private static func describesContent(_ name: HTTPField.Name) -> Bool {
        contentFields.contains(name) || name.canonicalName.hasPrefix("content-")
    }

    /// Removes the fields that must not be sent with the request after a redirect.
    ///
    /// - Parameters:
    ///   - fields: The fields of the request that was redirected.
    ///   - keepsBody: Whether the next request has the same content.
    ///   - dropsCredentials: Whether the next request goes to another origin.
    ///   - secrets: Fields of the user's own that must not go to another origin either, such as `X-API-Key`.
    package static func prepare(
        _ fields: inout HTTPFields,
        keepsBody: Bool,
        dropsCredentials: Bool,
        secrets: Set<HTTPField.Name> = []
    ) {
        var kept = HTTPFields()
        kept.reserveCapacity(fields.count)
        for field in fields {
            if !keepsBody, describesContent(field.name) { continue }
            if dropsCredentials, credentialFields.contains(field.name) || secrets.contains(field.name) { continue }
            kept.append(field)
        }
        fields = kept
    }
}
