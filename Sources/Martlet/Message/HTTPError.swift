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
}
