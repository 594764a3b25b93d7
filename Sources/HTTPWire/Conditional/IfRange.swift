/// The value of an `If-Range` field: the version for which alone the ranges are meant (RFC 9110 section 13.1.5).
public enum IfRange: Sendable, Hashable {
    /// The version with this entity tag.
    case tag(EntityTag)
    /// The version that was last modified at this date.
    case date(HTTPDate)

    /// Reads the value of an `If-Range` field; `nil` if it is neither an entity tag nor a date.
    public init?(_ text: String) {
        if let tag = EntityTag(text) {
            self = .tag(tag)
        } else if let date = HTTPDate(text) {
            self = .date(date)
        } else {
            return nil
        }
    }

    /// Whether the current representation is that version. If not, the whole of it must be sent.
    ///
    /// - Parameters:
    ///   - tag: The representation's entity tag, which must match strongly.
    ///   - lastModified: When it was last modified: exactly that date, and at least a second ago, since two versions of
    ///     the same second cannot be told apart by their dates (RFC 9110 section 8.8.2.2).
    ///   - now: The current time.
    public func matches(_ tag: EntityTag?, lastModified: HTTPDate?, now: HTTPDate) -> Bool {
        switch self {
        case .tag(let wanted):
            tag.map(wanted.matchesStrongly) ?? false
        case .date(let date):
            date == lastModified && date.secondsSince1970 < now.secondsSince1970
        }
    }
}
