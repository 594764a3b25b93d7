/// The origin of a request, for the `SameSite` attribute of cookies (RFC 6265bis section 5.2).
///
/// Only browsers make requests on behalf of sites. Those of other programs count as same-site.
public enum CookieContext: Sendable, Hashable {
    /// The request comes from the site itself, or from the user.
    case sameSite
    /// The request comes from another site, by a link that the user followed, with a safe method.
    case crossSiteNavigation
    /// The request comes from another site in any other way.
    case crossSite
}
