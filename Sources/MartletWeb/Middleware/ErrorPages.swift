import HTTPTypes
import HTTPWire
import Martlet

/// Answers errors in the form that the client prefers: a page, a problem report in JSON (RFC 9457), or plain text.
///
/// ```swift
/// try await server.serve(around: [ErrorPages()], handler)
/// ```
///
/// It answers what a handler throws, and responses with a status from 400 on that a handler returns without having
/// written to them. A handler's own JSON, page or text goes through as it is. With `around`, it answers what the
/// server refuses itself too.
public struct ErrorPages: Middleware {
    /// What is sent.
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
                throw AnsweredError(error, answer: rendered(answer, for: request))
            }
            let response = request.response
            guard !response.isHeadSent, response.statusCode >= 400, response.contentLength == nil else { return }
            let answer = rendered(HTTPError(response.status), for: request)
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

    private func rendered(_ answer: HTTPError, for request: HTTPServerRequest) -> HTTPError {
        var answer = answer
        let page = render(answer, request) ?? Self.standardPage(answer, for: request)
        answer.message = page.text
        answer.headers[.contentType] = page.mediaType.description
        answer.headers.append(HTTPField(name: .vary, value: "Accept"))
        if page.mediaType.essence == MediaType.html.essence, answer.headers[.contentSecurityPolicy] == nil {
            // A page of ours has a style and nothing else.
            answer.headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'"
        }
        return answer
    }

    private static let problem = MediaType.problemJSON

    private static func standardPage(_ answer: HTTPError, for request: HTTPServerRequest) -> Page {
        // Plain text first, for programs that accept anything. Browsers say that they prefer HTML.
        let candidates: [MediaType] = [.plainText, .html, problem, .json]
        let preferred = request.headers.qualityList(of: .accept)?.preferred(among: candidates) ?? .plainText
        switch preferred {
        case .html: return Page(ErrorPage(answer).html, mediaType: .html)
        case problem, .json: return Page(ErrorPage(answer).json, mediaType: preferred)
        default: return Page(answer.content, mediaType: .plainText)
        }
    }
}
