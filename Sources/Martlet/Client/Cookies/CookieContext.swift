/// What made a request, for the `SameSite` attribute of cookies (RFC 6265bis section 5.2).
///
/// Only a browser knows of sites. Other programs make all their requests of their own accord, which counts as the same
/// site.
public enum CookieContext: Sendable, Hashable {
    /// The site itself, or the user.
    case sameSite
    /// Another site, by a link that the user followed, with a safe method.
    case crossSiteNavigation
    /// Another site, in any other way.
    case crossSite
}
