import HTTPTypes
import NIOCore

/// An error response for programs: a problem report (RFC 9457), sent as `application/problem+json`.
///
/// ```swift
/// throw Problem(
///     .forbidden,
///     "The balance is 30, and the book costs 50.",
///     type: "https://example.com/problems/no-credit",
///     title: "You do not have enough credit",
///     extensions: ["balance": 30]
/// )
/// ```
///
/// A handler that throws it ends its response with this status and report. A client that prefers plain text gets the
/// detail as text, and with `ErrorPages` of MartletWeb browsers get a page. A client reads it with
/// ``HTTPClientResponse/problem(upTo:)``.
public struct Problem: Error, Sendable, CustomStringConvertible {
    /// The status of the response.
    public var status: HTTPResponse.Status
    /// The text for people about this occurrence; nil or empty for none.
    public var detail: String?
    /// The kind of problem, as a URI reference. By default `about:blank`: the status says it all.
    public var type: String
    /// The kind of problem in a few words, the same for each occurrence; nil, the default, stands for the reason phrase
    /// of the status.
    public var title: String?
    /// This occurrence, as a URI reference; nil, the default, for none.
    public var instance: String?
    /// Further members of the report, encoded in the server's ``HTTPServer/Configuration/json`` format. Those that have
    /// the name of another member, or an empty one, are left out.
    public var extensions: [String: any Encodable & Sendable]
    /// Further fields of the response.
    public var headers: HTTPFields

    /// Creates a problem.
    public init(
        _ status: HTTPResponse.Status,
        _ detail: String? = nil,
        type: String = "about:blank",
        title: String? = nil,
        instance: String? = nil,
        extensions: [String: any Encodable & Sendable] = [:],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.detail = detail
        self.type = type
        self.title = title
        self.instance = instance
        self.extensions = extensions
        self.headers = headers
    }

    /// A further member of the report, decoded; nil if there is none.
    ///
    /// - Parameters:
    ///   - name: The name of the member.
    ///   - type: The type of the value.
    ///   - format: The form of dates and names in it; ``JSONFormat/standard`` by default.
    /// - Throws: `DecodingError` if it is of another type, or `EncodingError`.
    public func decode<Value: Decodable>(
        _ name: String,
        as type: Value.Type,
        format: JSONFormat = .standard
    ) throws -> Value? {
        guard let member = extensions[name] else { return nil }
        return try format.decode(type, from: try format.encode(member))
    }

    /// The title that is sent.
    var sentTitle: String {
        if let title { return title }
        return status.reasonPhrase.isEmpty ? "Error \(status.code)" : status.reasonPhrase
    }

    /// The detail that is sent; nil if it would say no more than the title.
    var sentDetail: String? {
        guard let detail, !detail.isEmpty, detail != sentTitle else { return nil }
        return detail
    }

    /// The status, the title and the detail.
    public var description: String {
        let title = title.map { ": \($0)" } ?? ""
        return "\(status)\(title)\(sentDetail.map { ": \($0)" } ?? "")"
    }
}

extension Problem {
    /// The report of an error that has no other members than all of them.
    package init(_ error: HTTPError) {
        self.init(error.status, error.message)
    }

    /// The report as JSON.
    package func json(_ format: JSONFormat) -> String {
        let report = ProblemReport(problem: self)
        do {
            return String(buffer: try format.encode(report))
        } catch {
            // An extension can't be encoded, such as a number that is infinite. The rest is worth sending.
            var report = report
            report.problem.extensions = [:]
            return (try? format.encode(report)).map { String(buffer: $0) } ?? ""
        }
    }
}
