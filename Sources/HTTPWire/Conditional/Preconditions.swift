import HTTPTypes

/// The conditions that a request sets: `If-Match`, `If-Unmodified-Since`, `If-None-Match` and `If-Modified-Since`
/// (RFC 9110 section 13).
///
///     let outcome = Preconditions(request.headers)
///         .evaluate(for: request.method, tag: tag, lastModified: modified)
///
/// `If-Range` is not one of them: ``IfRange`` is evaluated after these, if they hold.
public struct Preconditions: Sendable, Hashable {
    /// The result of evaluating the conditions.
    public enum Outcome: Sendable, Hashable {
        /// Perform the request.
        case proceed
        /// Respond with 304: the client has the current representation.
        case notModified
        /// Respond with 412 without performing the request.
        case failed
    }

    /// `If-Match`; `nil` if the field is missing.
    public var ifMatch: EntityTagList?
    /// `If-Unmodified-Since`; `nil` if the field is missing or is not a single date.
    public var ifUnmodifiedSince: HTTPDate?
    /// `If-None-Match`; `nil` if the field is missing.
    public var ifNoneMatch: EntityTagList?
    /// `If-Modified-Since`; `nil` if the field is missing or is not a single date.
    public var ifModifiedSince: HTTPDate?

    /// Reads the conditions from the fields of a request.
    public init(_ fields: HTTPFields) {
        for field in fields {
            switch field.name {
            case .ifMatch: ifMatch = ifMatch ?? EntityTagList(fieldValues: fields[values: .ifMatch])
            case .ifNoneMatch: ifNoneMatch = ifNoneMatch ?? EntityTagList(fieldValues: fields[values: .ifNoneMatch])
            case .ifModifiedSince: ifModifiedSince = Self.date(in: fields[values: .ifModifiedSince])
            case .ifUnmodifiedSince: ifUnmodifiedSince = Self.date(in: fields[values: .ifUnmodifiedSince])
            default: break
            }
        }
    }

    /// Whether there are no conditions.
    public var isEmpty: Bool {
        ifMatch == nil && ifUnmodifiedSince == nil && ifNoneMatch == nil && ifModifiedSince == nil
    }

    /// Evaluates the conditions in the order of RFC 9110 section 13.2.2.
    ///
    /// - Parameters:
    ///   - method: The method of the request. Conditions are ignored for CONNECT, OPTIONS and TRACE (section 13.2.1).
    ///   - tag: The entity tag of the current representation, if it has one.
    ///   - lastModified: When that was last modified, if known.
    ///   - exists: Whether there is a current representation; `If-None-Match: *` requires that there is none.
    public func evaluate(
        for method: HTTPRequest.Method,
        tag: EntityTag?,
        lastModified: HTTPDate?,
        exists: Bool = true
    ) -> Outcome {
        switch method {
        case .connect, .options, .trace: return .proceed
        default: break
        }
        if let ifMatch {
            guard ifMatch.matchesStrongly(tag, exists: exists) else { return .failed }
        } else if let ifUnmodifiedSince, let lastModified, exists {
            guard lastModified <= ifUnmodifiedSince else { return .failed }
        }
        let isRead = method == .get || method == .head
        if let ifNoneMatch {
            guard ifNoneMatch.matchesWeakly(tag, exists: exists) else { return .proceed }
            return isRead ? .notModified : .failed
        }
        if isRead, exists, let ifModifiedSince, let lastModified, lastModified <= ifModifiedSince {
            return .notModified
        }
        return .proceed
    }

    /// A field with several dates is not a date (RFC 9110 section 13.1.3).
    private static func date(in values: [String]) -> HTTPDate? {
        values.count == 1 ? values.first.flatMap { HTTPDate($0) } : nil
    }
}
