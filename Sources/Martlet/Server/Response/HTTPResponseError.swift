import HTTPTypes
import HTTPWire

/// An error that brings the answer to the client: a handler that throws it ends its response with that.
///
/// ```swift
/// extension InventoryError: HTTPResponseError {
///     var answer: HTTPError { HTTPError(.conflict, "\(item) is sold out.") }
/// }
/// ```
///
/// Other errors are answered 500 without the reason.
public protocol HTTPResponseError: Error {
    /// The response to send to the client.
    var answer: HTTPError { get }
    /// The error to log and to pass to `onError`: the error itself, unless it stands for another one.
    var cause: any Error { get }
    /// The report for clients that take JSON; nil, the default, for one with the status and the text of the answer.
    var problem: Problem? { get }
}

extension HTTPResponseError {
    /// The error itself.
    public var cause: any Error { self }
    /// No report of its own.
    public var problem: Problem? { nil }
}

extension HTTPError: HTTPResponseError {
    /// The error itself.
    public var answer: HTTPError { self }

    /// The answer to a request whose handler threw `error`: that of an ``HTTPResponseError``, 503 for a
    /// `CancellationError`, or else 500.
    ///
    /// For middleware that looks at what the handlers inside it throw.
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

/// Another answer to an error, thrown by middleware that presents the errors of the handlers inside it in its own way,
/// for example with a page.
public struct AnsweredError: HTTPResponseError, CustomStringConvertible {
    /// The response to send to the client.
    public let answer: HTTPError
    /// The error that is answered.
    public let cause: any Error
    /// The report of the error that is answered, if the answer has the same status.
    public let problem: Problem?

    /// An answer to `error`.
    public init(_ error: any Error, answer: HTTPError) {
        self.answer = answer
        cause = (error as? any HTTPResponseError)?.cause ?? error
        problem = Problem(of: error, answer: answer)
    }

    /// The text of the error that is answered.
    public var description: String { "\(cause)" }
}

extension Problem: HTTPResponseError {
    /// The status and the fields, with the detail or else the title as the text.
    public var answer: HTTPError { HTTPError(status, sentDetail ?? title ?? "", headers: headers) }
    /// The problem itself.
    public var problem: Problem? { self }

    /// The report that an error brings with it, if it is one of the answer.
    package init?(of error: any Error, answer: HTTPError) {
        guard let problem = (error as? any HTTPResponseError)?.problem, problem.status == answer.status else {
            return nil
        }
        self = problem
    }
}

extension InputError: HTTPResponseError {
    /// 422 with all mistakes.
    public var answer: HTTPError { HTTPError(.unprocessableContent, description) }
}

extension HTTPBodyError: HTTPResponseError {
    /// 413, 400, 408 or 431 with the reason; 500 if it is not the client's fault.
    public var answer: HTTPError {
        status.kind == .clientError ? HTTPError(status, "\(self)") : HTTPError(.internalServerError)
    }
}

extension MultipartError: HTTPResponseError {
    /// 400, 413, 415 or 431 with the reason; with 415, also the accepted types (RFC 9110 section 15.5.16).
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
