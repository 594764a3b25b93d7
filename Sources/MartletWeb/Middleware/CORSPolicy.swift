import HTTPTypes
import HTTPWire
import Martlet

/// Which pages of other origins may use a server, and how (the CORS protocol of the Fetch Standard, section 3.3).
///
/// ```swift
/// let cors = try CORSPolicy(origins: .only("https://example.com"), allowsCredentials: true)
/// try await server.serve(around: [cors], handler)
/// ```
///
/// This does not protect the server: browsers ask, other programs don't. What is not allowed is answered without the
/// fields that would allow it.
public struct CORSPolicy: Sendable {
    /// Which names of fields are allowed.
    public enum FieldNames: Sendable {
        /// All that are asked for.
        case any
        /// These, and those that need no permission.
        case only([HTTPField.Name])
    }

    /// Why a policy can't be created.
    public enum PolicyError: Error, Sendable, Hashable, CustomStringConvertible {
        /// Credentials for all origins: any page could act in the name of the server's users.
        case credentialsForAnyOrigin
        /// An origin that no browser sends: it must be a scheme, a host and, if it is not the scheme's default, a port.
        case invalidOrigin(String)

        /// The fault, and its remedy.
        public var description: String {
            switch self {
            case .credentialsForAnyOrigin:
                "Credentials for any origin let every page act in the name of your users. List the origins."
            case .invalidOrigin(let origin):
                "\(origin.debugDescription) is not an origin as browsers send it, such as https://example.com:8443."
            }
        }
    }

    /// Which origins are allowed.
    public let origins: AllowedOrigins
    /// The methods that are allowed, besides GET, HEAD and POST, which need no permission.
    public let methods: [HTTPRequest.Method]
    /// The fields that requests may have.
    public let requestHeaders: FieldNames
    /// The fields of responses that pages may read, besides those that need no permission.
    public let exposedHeaders: [HTTPField.Name]
    /// Whether requests may have cookies and other credentials.
    public let allowsCredentials: Bool
    /// How long a browser may remember a permission; nil for its own default, which is 5 seconds.
    public let maxAge: Duration?
    /// Whether pages of the internet may use a server of a private network (Private Network Access, W3C).
    public let allowsPrivateNetwork: Bool

    /// A policy. By default it allows everything but credentials.
    ///
    /// - Parameter methods: The methods that pages may use.
    /// - Parameter requestHeaders: The fields that their requests may have.
    /// - Parameter exposedHeaders: The fields of responses that they may read.
    /// - Parameter allowsCredentials: Whether requests may carry cookies.
    /// - Parameter allowsPrivateNetwork: Whether pages of the public internet may reach a server of a private network.
    /// - Parameter maxAge: How long browsers may remember the answer to a preflight request.
    /// - Parameter origins: Which origins are allowed. Listed ones must be written as browsers do:
    ///   `https://example.com`, `http://localhost:8080`, without a path or slash.
    /// - Throws: ``PolicyError``.
    public init(
        origins: AllowedOrigins = .any,
        methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete],
        requestHeaders: FieldNames = .any,
        exposedHeaders: [HTTPField.Name] = [],
        allowsCredentials: Bool = false,
        maxAge: Duration? = .seconds(600),
        allowsPrivateNetwork: Bool = false
    ) throws(PolicyError) {
        if origins.allowsAll, allowsCredentials { throw .credentialsForAnyOrigin }
        if let origin = origins.listed.first(where: { !Self.isOrigin($0) }) { throw .invalidOrigin(origin) }
        self.origins = origins
        self.methods = methods
        self.requestHeaders = requestHeaders
        self.exposedHeaders = exposedHeaders
        self.allowsCredentials = allowsCredentials
        self.maxAge = maxAge
        self.allowsPrivateNetwork = allowsPrivateNetwork
    }

    /// Whether a browser can send this text: it serialises origins in only one way.
    static func isOrigin(_ text: String) -> Bool {
        // The schemes of browser extensions are not those of HTTP, and their origins are opaque names.
        guard ["http", "https"].contains(text.prefix { $0 != ":" }.lowercased()) else {
            return text == "null" || HTTPURL.namesScheme(text) && !text.hasSuffix("/")
        }
        return HTTPURL(text)?.origin.description == text
    }
}
