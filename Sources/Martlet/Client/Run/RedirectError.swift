/// Why a redirect cannot be followed.
public enum RedirectError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A response with this status is not a redirect.
    case notARedirect(Int)
    /// There were more redirects in a row than `limit`.
    case limitExceeded(limit: Int)
    /// The response has no `Location`. Only ``HTTPClientResponse/redirect(_:to:)`` throws this: when redirects are
    /// followed automatically, such a response is the final one.
    case missingLocation
    /// The response has more than one `Location`, and they lead to different places.
    case contradictoryLocations([String])
    /// The `Location` is not a URL, or one without a host.
    case invalidLocation(String)
    /// The `Location` has a scheme that the client does not support.
    case unsupportedScheme(String)
    /// The `Location` leads from an encrypted connection to one that is not.
    case downgrade(url: String)

    /// The fault, and its remedy.
    public var description: String {
        switch self {
        case .notARedirect(let code):
            "A response with the status \(code) is not a redirect. Check isRedirect first."
        case .limitExceeded(let limit):
            "Redirect limit exceeded: more than \(limit) in a row. Raise maximumRedirects if that is intended."
        case .missingLocation:
            "Server response has no Location header for redirect."
        case .contradictoryLocations(let texts):
            "The response redirects to several places: \(texts.map(\.debugDescription).joined(separator: ", "))"
        case .invalidLocation(let text):
            "The redirect's Location is not a URL: \(text.debugDescription)"
        case .unsupportedScheme(let scheme):
            "The redirect leads to the scheme \(scheme.debugDescription), which is not supported."
        case .downgrade(let url):
            "The redirect leads from https to \(url), without encryption. Set allowsDowngrade of the client's configuration to follow it."
        }
    }
}
