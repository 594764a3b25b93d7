import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// A response that has been read to its end.
///
/// As text it is the whole exchange, as `curl -v` shows it:
///
/// ```swift
/// #expect(answer.status == .created, "\(answer)")
/// try answer.expect(.created)
/// ```
public struct TestResponse: Sendable, CustomStringConvertible {
    /// The status.
    public let status: HTTPResponse.Status
    /// The version of HTTP.
    public let version: HTTPVersion
    /// The header fields.
    public let headers: HTTPFields
    /// The content.
    public let body: ByteBuffer
    /// The fields after the content.
    public let trailers: HTTPFields
    /// The cookies that the server sets.
    public let cookies: [SetCookie]
    private let exchange: TestExchange

    init(_ response: HTTPClientResponse, content: ByteBuffer, trailers: HTTPFields, exchange: TestExchange) {
        self.status = response.status
        self.version = response.version
        self.headers = response.headers
        self.cookies = response.cookies
        self.body = content
        self.trailers = trailers
        self.exchange = exchange
    }

    /// The content as text, in UTF-8; bytes that are none are replaced.
    public var text: String { String(buffer: body) }

    /// The content, decoded from JSON.
    ///
    /// - Parameters:
    ///   - type: The type of the value.
    ///   - format: The form of dates and names; `JSONFormat.standard` by default.
    /// - Throws: ``UnexpectedResponse`` if it is none, or not that of the type.
    public func json<Value: Decodable>(_ type: Value.Type = Value.self, format: JSONFormat = .standard) throws -> Value
    {
        do {
            return try format.decode(type, from: body)
        } catch {
            throw UnexpectedResponse("The content is no \(type) in JSON: \(error)", self)
        }
    }

    /// This response, if it has a status.
    ///
    /// - Throws: ``UnexpectedResponse``, whose text is the exchange.
    @discardableResult
    public func expect(_ status: HTTPResponse.Status) throws(UnexpectedResponse) -> TestResponse {
        guard self.status.code == status.code else {
            throw UnexpectedResponse("The status is \(self.status.code) instead of \(status.code)", self)
        }
        return self
    }

    /// The exchange as `curl -v` shows it, with the errors that the server has logged meanwhile.
    public var description: String { exchange.text(of: self) }
}

/// A response is not what a test expects; the text says why, and shows the exchange.
public struct UnexpectedResponse: Error, Sendable, CustomStringConvertible {
    /// The fault, in a sentence.
    public let reason: String
    /// The response.
    public let response: TestResponse

    init(_ reason: String, _ response: TestResponse) {
        self.reason = reason
        self.response = response
    }

    public var description: String { "\(reason).\n\(response)" }
}
