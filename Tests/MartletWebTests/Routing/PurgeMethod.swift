import HTTPTypes

extension HTTPRequest.Method {
    /// A method that RFC 9110 does not know.
    static var purge: HTTPRequest.Method { HTTPRequest.Method("PURGE") ?? .delete }
}
