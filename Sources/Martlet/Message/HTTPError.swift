import HTTPTypes

/// An error response: a handler that throws it ends its response with this status and text.
///
/// ```swift
/// guard let note = notes[id] else { throw HTTPError(.notFound, "There is no note \(id).") }
/// ```
public struct HTTPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The status of the response.
    public var status: HTTPResponse.Status
    /// The text of the response; if empty, the reason phrase of the status is used.
    public var message: String
    /// Further fields of the response.
    public var headers: HTTPFields

    /// Creates an error response.
    public init(_ status: HTTPResponse.Status, _ message: String = "", headers: HTTPFields = [:]) {
        self.status = status
        self.message = message
        self.headers = headers
    }

    /// The status and the text.
    public var description: String { message.isEmpty ? "\(status)" : "\(status): \(message)" }

    /// The answer to a request whose method a resource does not support: 405 (Method Not Allowed) with an `Allow` field
    /// for a known method, 501 (Not Implemented) for any other (RFC 9110 section 9.1).
    ///
    /// The known methods are those of RFC 9110 and PATCH (RFC 5789), in upper case as they are defined.
    ///
    /// ```swift
    /// guard request.method == .get else { throw HTTPError(refusing: request.method, allowed: [.get]) }
    /// ```
    ///
    /// - Parameters:
    ///   - method: The method of the request.
    ///   - allowed: The methods that the resource supports.
    ///   - message: The text of the response; if empty, the status's reason phrase.
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
