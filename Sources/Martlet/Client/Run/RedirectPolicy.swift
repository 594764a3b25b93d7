import HTTPTypes
import HTTPWire

/// Decides what a client does with a redirect (RFC 9110 section 15.4).
///
///     RedirectPolicy().decision(
///         for: .post, url: url, status: .seeOther, location: "/result", history: []
///     )   // .follow(https://example.com/result, method: GET, keepsBody: false, dropsCredentials: false)
///
/// - 301 and 302 turn POST into GET, as every client does (sections 15.4.2 and 15.4.3).
/// - 303 turns every method but HEAD into GET (section 15.4.4).
/// - 307 and 308 keep the method and the content (sections 15.4.8 and 15.4.9).
/// - Any other response is final, with or without `Location`; so is a redirect without one (section 15.4 makes it
///   optional).
///
/// Loops are not detected: a request that is repeated after a cookie was set may get another response. The ``limit``
/// ends endless ones.
package struct RedirectPolicy: Sendable, Hashable {
    /// Whether redirects are followed at all. `true` by default.
    package var isEnabled: Bool
    /// How many redirects in a row are followed. 5 by default.
    package var limit: Int
    /// Whether a redirect may lead from `https` to `http`. `false` by default.
    package var allowsDowngrade: Bool

    /// The policy with these settings.
    package init(
        isEnabled: Bool = true,
        limit: Int = 5,
        allowsDowngrade: Bool = false
    ) {
        self.isEnabled = isEnabled
        self.limit = limit
        self.allowsDowngrade = allowsDowngrade
    }

    /// The decision about a response.
    package enum Decision: Sendable, Hashable {
        /// The client makes this request next.
        ///
        /// - `keepsBody`: whether it has the content of the previous request, and the fields that describe it.
        /// - `dropsCredentials`: whether it goes to another origin, and so must not carry what is meant for this one.
        case follow(HTTPURL, method: HTTPRequest.Method, keepsBody: Bool, dropsCredentials: Bool)
        /// The response is the final one.
        case stop(StopReason)
        /// The request fails.
        case fail(RedirectError)
    }

    /// Why a response is final.
    package enum StopReason: Sendable, Hashable {
        /// The status is not 301, 302, 303, 307 or 308.
        case notARedirect
        /// Redirects are not followed.
        case disabled
        /// The method is CONNECT, which opens a tunnel and can't be redirected.
        case methodNotFollowed
        /// The response has no `Location`, or an empty one.
        case missingLocation
    }

    /// The decision about a response to the request `method` `url`.
    ///
    /// - Parameters:
    ///   - method: The method of the request.
    ///   - url: The URL of the request.
    ///   - status: The status of the response.
    ///   - location: The response's `Location`; `nil` if there is none.
    ///   - history: The redirects that led to this request.
    package func decision(
        for method: HTTPRequest.Method,
        url: HTTPURL,
        status: HTTPResponse.Status,
        location: String?,
        history: [RedirectInfo]
    ) -> Decision {
        if let reason = reasonToStop(at: status, to: method) { return .stop(reason) }
        return follow(location.map { Array($0.utf8) } ?? [], from: url, method, status, history)
    }

    /// The decision about a response to the request `method` `url`, whose fields are `fields`.
    ///
    /// A `Location` that is not UTF-8 is followed byte by byte. Several equal ones count as one; with different ones
    /// the request fails.
    package func decision(
        for method: HTTPRequest.Method,
        url: HTTPURL,
        status: HTTPResponse.Status,
        fields: HTTPFields,
        history: [RedirectInfo]
    ) -> Decision {
        if let reason = reasonToStop(at: status, to: method) { return .stop(reason) }
        switch fields.singleton(.location) {
        case .absent: return .stop(.missingLocation)
        case .field(let field): return follow(field.valueBytes, from: url, method, status, history)
        case .contradictory: return .fail(.contradictoryLocations(fields[values: .location]))
        }
    }

    private func reasonToStop(at status: HTTPResponse.Status, to method: HTTPRequest.Method) -> StopReason? {
        if !Self.isRedirect(status) { return .notARedirect }
        if !isEnabled { return .disabled }
        return method == .connect ? .methodNotFollowed : nil
    }

    private func follow(
        _ location: [UInt8],
        from url: HTTPURL,
        _ method: HTTPRequest.Method,
        _ status: HTTPResponse.Status,
        _ history: [RedirectInfo]
    ) -> Decision {
        guard !location.isEmpty else { return .stop(.missingLocation) }
        guard history.count < limit else { return .fail(.limitExceeded(limit: limit)) }
        guard var target = url.resolving(location.span) else {
            // The text is only for the message, and a scheme is ASCII.
            let text = String(decoding: location, as: UTF8.self)
            if let scheme = HTTPURL.scheme(of: text), !Self.isSupported(scheme, from: url.scheme) {
                return .fail(.unsupportedScheme(scheme))
            }
            return .fail(.invalidLocation(text))
        }
        guard Self.isSupported(target.scheme, from: url.scheme) else { return .fail(.unsupportedScheme(target.scheme)) }
        if url.origin.isSecure, !target.origin.isSecure, !allowsDowngrade {
            return .fail(.downgrade(url: target.absoluteTarget))
        }
        // The fragment is inherited unless there is a new one (RFC 9110 section 10.2.2).
        if target.fragment == nil { target = target.withFragment(url.fragment) }

        let next = Self.method(after: status, to: method)
        return .follow(
            target,
            method: next,
            keepsBody: next == method && status != .seeOther,
            dropsCredentials: target.origin != url.origin
        )
    }

    /// Whether a response with this status is a redirect: 301, 302, 303, 307 or 308.
    package static func isRedirect(_ status: HTTPResponse.Status) -> Bool {
        switch status.code {
        case 301, 302, 303, 307, 308: true
        default: false
        }
    }

    /// The method of the request that follows a redirect.
    private static func method(after status: HTTPResponse.Status, to method: HTTPRequest.Method) -> HTTPRequest.Method {
        switch status.code {
        case 301, 302: method == .post ? .get : method
        case 303: method == .head ? .head : .get
        default: method
        }
    }

    /// Whether a request may be redirected between these schemes: within HTTP, within WebSocket, or to the same.
    private static func isSupported(_ scheme: String, from current: String) -> Bool {
        switch scheme {
        case "http", "https": current == "http" || current == "https"
        case "ws", "wss": current == "ws" || current == "wss"
        default: scheme == current
        }
    }

    // MARK: Fields

    /// The fields that are not sent to another origin, since they carry secrets or are meant for one origin, as `Host`
    /// is.
    package static let credentialFields: Set<HTTPField.Name> = [
        .authorization, .cookie, .cookie2, .hostField, .proxyAuthorization, .wwwAuthenticate, .proxyAuthenticate,
    ]

    /// The fields that describe content and make no sense without it (RFC 9110 section 15.4), besides those whose names
    /// begin with `Content-`.
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
    ///   - secrets: Further fields that must not be sent to another origin, such as `X-API-Key`.
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
