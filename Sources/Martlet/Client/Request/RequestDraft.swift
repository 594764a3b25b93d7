import HTTPTypes
import HTTPWire
import NIOCore

/// A request as the caller describes it, before it becomes an exchange on a connection.
struct RequestDraft: Sendable {
    var method: HTTPRequest.Method
    var url: HTTPURL
    /// The fields; nil for the client's default fields as they are, which are then the same wherever the request goes.
    var headers: HTTPFields?
    var cookies: [Cookie] = []
    var body: HTTPRequestBody?
    /// The content that a caller writes piece by piece, instead of ``body``.
    var stream: OutgoingBody?
    /// How many bytes ``stream`` will have; nil when that is not known.
    var contentLength: Int?
    var isPersistent = true
    var redirectPolicy: RedirectPolicy
    /// Whether a proxy is to open a tunnel instead of forwarding the request.
    var needsTunnel = false
    /// Whether the connection is to be handed to another protocol, so that it must not be shared.
    var needsHTTP1 = false
    /// When the request must have ended, if that is known before it is sent; else the client's `totalTimeout` counts from
    /// then on.
    var deadline: NIODeadline?
    var onInformational: (@Sendable (HTTPResponse.Status, HTTPFields) -> Void)?

    init(_ method: HTTPRequest.Method, _ url: String, core: ClientCore) throws {
        guard let parsed = HTTPURL(url) else { throw HTTPClientError.invalidURL(url) }
        switch parsed.scheme {
        case "http", "https": break
        default: throw HTTPClientError.unsupportedScheme(parsed.scheme)
        }
        self.method = method
        self.url = parsed
        self.headers = core.areDefaultsFixed ? nil : core.defaultHeaders
        self.redirectPolicy = RedirectPolicy(
            isEnabled: core.configuration.followsRedirects,
            limit: core.configuration.maximumRedirects,
            allowsDowngrade: core.configuration.allowsDowngrade
        )
    }

    /// Adds `fields`, in place of the client's default fields with the same names.
    mutating func replaceHeaders(with fields: HTTPFields, core: ClientCore) {
        guard !fields.isEmpty else { return }
        var merged = core.defaultHeaders
        for field in fields { merged[field.name] = nil }
        for field in fields { merged.append(field) }
        headers = merged
    }

    /// Whether the content can be sent more than once.
    var isRepeatable: Bool { stream == nil && body?.isRepeatable ?? true }
}
