import HTTPTypes
import HTTPWire

extension HTTPClientResponse {
    /// The problem report that the content is (RFC 9457); nil if its type is not `application/problem+json`, or if it is
    /// malformed. In the first case the content is left unread.
    ///
    /// ```swift
    /// if let problem = try await response.problem() { print(problem.detail ?? problem.description) }
    /// ```
    ///
    /// The status is that of the response. Members that have another type than the RFC gives them are left out.
    ///
    /// - Parameter limit: The most bytes to accept. 64 KiB by default.
    /// - Throws: ``HTTPBodyError``, or ``HTTPClientError``.
    public func problem(upTo limit: Int = 65_536) async throws -> Problem? {
        guard headers.contentType?.essence == MediaType.problemJSON.essence else { return nil }
        let content = try await collect(upTo: limit)
        return ProblemReport(content, status: status, headers: headers)?.problem
    }
}
