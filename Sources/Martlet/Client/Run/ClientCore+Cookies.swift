import CLibrary
import HTTPTypes
import HTTPWire

/// Taking cookies for requests from the cookie jar, if there is one, and storing those of responses.
extension ClientCore {
    /// The cookies that the jar has for a request.
    func cookies(for url: HTTPURL) -> [Cookie] {
        configuration.cookieJar?.cookies(for: url, now: Self.now) ?? []
    }

    /// Keeps the cookies that a response sets.
    func store(_ fields: FieldBlock, from url: HTTPURL) {
        guard configuration.cookieJar != nil, fields.contains(.setCookie) else { return }
        store(fields.makeHTTPFields(), from: url)
    }

    /// Keeps the cookies that a response sets.
    func store(_ fields: HTTPFields, from url: HTTPURL) {
        configuration.cookieJar?.store(setCookieFields: fields, from: url, now: Self.now)
    }

    private static var now: HTTPDate { HTTPDate(secondsSince1970: Int64(time(nil))) }
}
