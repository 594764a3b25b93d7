import HTTPTypes
import HTTPWire

/// An error that knows how a request is to be answered: a handler that lets it pass ends its response so.
///
/// ```swift
/// extension InventoryError: HTTPResponseError {
///     var answer: HTTPError { HTTPError(.conflict, "\(item) is sold out.") }
/// }
/// ```
///
/// Errors that are none of these are answered 500 without a word about why.
public protocol HTTPResponseError: Error {
    /// What the client is told.
    var answer: HTTPError { get }
    /// What is logged and told to `onError`: the error itself, unless it stands for another one.
    var cause: any Error { get }
}

extension HTTPResponseError {
    /// The error itself.
    public var cause: any Error { self }
}

extension HTTPError: HTTPResponseError {
    /// The error itself.
    public var answer: HTTPError { self }

    /// The answer to a request whose handler has thrown `error`: what a ``HTTPResponseError`` says, 503 for a
    /// `CancellationError`, or else 500.
    ///
    /// For handlers that stand around others, and look at what these throw.
    public init(answering error: any Error) {
        switch error {
        case let error as any HTTPResponseError: self = error.answer
        case is CancellationError: self.init(.serviceUnavailable)
        default: self.init(.internalServerError)
        }
    }

    /// The text of the answer: the message, or else the reason phrase; empty for a status that has no content.
    public var content: String {
        guard status.allowsContent else { return "" }
        return message.isEmpty ? status.reasonPhrase : message
    }
}

/// Another answer to an error: what a handler throws that stands around others and tells clients of their errors in its
/// own way, for example with a page.
public struct AnsweredError: HTTPResponseError, CustomStringConvertible {
    /// What the client is told.
    public let answer: HTTPError
    /// The error that is answered.
    public let cause: any Error

    /// An answer to `error`.
    public init(_ error: any Error, answer: HTTPError) {
        self.answer = answer
        cause = (error as? any HTTPResponseError)?.cause ?? error
    }

    /// The text of the error that is answered.
    public var description: String { "\(cause)" }
}

extension HTTPBodyError: HTTPResponseError {
    /// 413, 400, 408 or 431 with the reason; 500 where it is not the client's fault.
    public var answer: HTTPError {
        status.kind == .clientError ? HTTPError(status, "\(self)") : HTTPError(.internalServerError)
    }
}

extension MultipartError: HTTPResponseError {
    /// 400, 413, 415 or 431 with the reason; with 415, also the types that are accepted (RFC 9110 section 15.5.16).
    public var answer: HTTPError {
        guard case .unsupportedMediaType(let wanted) = self else { return HTTPError(status, "\(self)") }
        return HTTPError(
            status,
            "\(self)",
            headers: [.accept: wanted.split(separator: " or ").joined(separator: ", ")]
        )
    }
}

extension QueryParameters.ParsingError: HTTPResponseError {
    /// 400 with the reason.
    public var answer: HTTPError { HTTPError(.badRequest, "\(self).") }
}

extension PercentEncoding.DecodingError: HTTPResponseError {
    /// 400 with the reason.
    public var answer: HTTPError { HTTPError(.badRequest, "\(self).") }
}
