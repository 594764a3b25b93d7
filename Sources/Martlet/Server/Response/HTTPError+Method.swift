import HTTPTypes

extension HTTPError {
    /// The answer to a request whose method a resource does not take: 405 (Method Not Allowed) with an `Allow` field for one
    /// that is known, 501 (Not Implemented) for one that no resource of the server can have (RFC 9110 section 9.1).
    ///
    /// Known are the methods of RFC 9110 and PATCH (RFC 5789), in upper case as they are defined.
    ///
    /// ```swift
    /// guard request.method == .get else { throw HTTPError(refusing: request.method, allowed: [.get]) }
    /// ```
    ///
    /// - Parameters:
    ///   - method: That of the request.
    ///   - allowed: Those that the resource takes.
    ///   - message: The text of the response; empty for the status's reason phrase.
    public init(refusing method: HTTPRequest.Method, allowed: [HTTPRequest.Method], _ message: String = "") {
        switch method {
        case .get, .head, .post, .put, .delete, .connect, .options, .trace, .patch:
            let list = allowed.map(\.rawValue).joined(separator: ", ")
            self.init(.methodNotAllowed, message, headers: [.allow: list])
        default:
            self.init(.notImplemented, message)
        }
    }
}
