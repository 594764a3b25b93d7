import HTTPTypes
import HTTPWire
import NIOCore

/// A way to answer requests without a network, for tests.
///
/// ```swift
/// try await HTTPClient.withOverride { request in
///     .text("Hello from \(request.url.host)")
/// } operation: {
///     try await codeThatUsesAClient()
/// }
/// ```
public enum HTTPOverrides {
    /// A function that answers a request in the server's place.
    public typealias Transport = @Sendable (Request) async throws -> Response

    @TaskLocal static var transport: Transport?

    /// A request as it would have been sent. Each redirect and each retry is a request of its own.
    public struct Request: Sendable {
        /// The method.
        public let method: HTTPRequest.Method
        /// The URL.
        public let url: HTTPURL
        /// The fields, `Cookie` and `Authorization` among them.
        public let headers: HTTPFields
        /// The whole content.
        public let body: ByteBuffer
    }

    /// A response made by a test. Its content is decompressed if `Content-Encoding` says that it is compressed, like
    /// that of a real response.
    public struct Response: Sendable {
        /// The status. 200 OK by default.
        public var status: HTTPResponse.Status
        /// The fields. None by default.
        public var headers: HTTPFields
        /// The content. None by default.
        public var body: ByteBuffer

        /// A response.
        public init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], body: ByteBuffer = ByteBuffer()) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        /// A response with a text.
        public static func text(
            _ text: String,
            status: HTTPResponse.Status = .ok,
            contentType: String = "text/plain; charset=utf-8"
        ) -> Response {
            Response(status: status, headers: [.contentType: contentType], body: ByteBuffer(string: text))
        }
    }
}

extension HTTPClient {
    /// Lets `transport` answer every request that `operation` makes, with any client, and that its child tasks make.
    @discardableResult
    public static func withOverride<Result>(
        _ transport: @escaping HTTPOverrides.Transport,
        operation: () async throws -> Result
    ) async rethrows -> Result {
        try await HTTPOverrides.$transport.withValue(transport, operation: operation)
    }
}

extension RequestRun {
    /// Gets a response from a test.
    ///
    /// - Parameter original: The draft that is answered: this one as it was before middleware.
    mutating func answer(
        by transport: @escaping HTTPOverrides.Transport,
        to original: RequestDraft
    ) async throws -> HTTPClientResponse {
        let exchange = try makeExchange(.direct)
        var content = ByteBuffer()
        switch exchange.content {
        case .none:
            break
        case .whole(let whole):
            content = whole.buffer
        case .stream(let body):
            startSending(exchange)
            content = try await TimeLimit.run(within: timeLimit) { try await body.collect() }
        }
        let request = HTTPOverrides.Request(
            method: draft.method,
            url: draft.url,
            headers: exchange.request.fields ?? core.defaultHeaders,
            body: content
        )
        let answer = try await TimeLimit.run(within: timeLimit) { try await transport(request) }
        core.store(answer.headers, from: draft.url)
        return try HTTPClientResponse(
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            to: original,
            after: redirects,
            core: core
        )
    }
}
