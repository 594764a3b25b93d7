import HTTPTypes
import HTTPWire
import Martlet

/// Answers errors in the form that the client prefers: a page, a problem report in JSON (RFC 9457), or plain text. (The
/// server itself knows the last two.)
///
/// ```swift
/// try await server.serve(around: [ErrorPages()], handler)
/// ```
///
/// It answers what a handler throws, and completes responses with a status from 400 on to which the handler wrote
/// nothing. A handler's own JSON, page or text is left as it is. With `around`, it also answers what the server itself
/// refuses.
public struct ErrorPages: Middleware {
    /// The content of an error response.
    public struct Page: Sendable {
        /// The content.
        public var text: String
        /// Its media type.
        public var mediaType: MediaType

        /// A page.
        public init(_ text: String, mediaType: MediaType) {
            self.text = text
            self.mediaType = mediaType
        }
    }

    /// Makes a page for an error; returns nil for the standard one.
    public typealias Renderer = @Sendable (HTTPError, HTTPServerRequest) -> Page?

    private let render: Renderer

    /// Middleware for error pages.
    ///
    /// - Parameter render: Makes custom pages, for some errors or all; none by default.
    public init(render: @escaping Renderer = { _, _ in nil }) {
        self.render = render
    }

    /// Wraps `handler` in error pages.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            do {
                try await handler(request)
            } catch  where !request.response.isHeadSent {
                let answer = HTTPError(answering: error)
                // An answer with a type has been rendered already.
                guard answer.status.code >= 400, answer.headers[.contentType] == nil else { throw error }
                let report = Problem(of: error, answer: answer)
                throw AnsweredError(error, answer: rendered(answer, report, for: request))
            }
            let response = request.response
            guard !response.isHeadSent, response.statusCode >= 400, response.contentLength == nil else { return }
            let answer = rendered(HTTPError(response.status), nil, for: request)
            for field in answer.headers {
                if field.name == .vary {
                    response.headers.append(field)
                } else {
                    response.headers[field.name] = field.value
                }
            }
            try await response.end(answer.content)
        }
    }

    private func rendered(_ answer: HTTPError, _ report: Problem?, for request: HTTPServerRequest) -> HTTPError {
        var answer = answer
        let page = render(answer, request) ?? Self.standardPage(answer, report, for: request)
        answer.message = page.text
        answer.headers[.contentType] = page.mediaType.description
        answer.headers.append(HTTPField(name: .vary, value: "Accept"))
        if page.mediaType.essence == MediaType.html.essence, answer.headers[.contentSecurityPolicy] == nil {
            // A standard page has a style and nothing else.
            answer.headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'"
        }
        return answer
    }

    private static func standardPage(
        _ answer: HTTPError,
        _ report: Problem?,
        for request: HTTPServerRequest
    ) -> Page {
        switch ErrorForm(request.headers, isReport: report != nil, hasPages: true) {
        case .html: Page(ErrorPage(answer, title: report?.title).html, mediaType: .html)
        case .problem: Page((report ?? Problem(answer)).json(request.jsonFormat), mediaType: .problemJSON)
        case .plainText: Page(answer.content, mediaType: .plainText)
        }
    }
}
