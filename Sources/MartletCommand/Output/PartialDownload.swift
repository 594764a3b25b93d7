import HTTPTypes
import Martlet

/// The files that an interrupted download leaves: `FILE.part`, and `FILE.part.origin`, which identifies the whole.
///
/// A download can be continued only if the server sends a strong validator (RFC 9110 section 8.8.1): otherwise the rest
/// could belong to other content.
struct PartialDownload: Equatable {
    private static let maximumOrigin = 65_536

    /// The URL of the download.
    let url: String
    /// A strong `ETag`, or a `Last-Modified`.
    let validator: String
    /// The size of the part in bytes.
    let count: Int

    static func path(_ file: String) -> String { "\(file).part" }
    static func originPath(_ file: String) -> String { "\(file).part.origin" }

    init(url: String, validator: String, count: Int) {
        self.url = url
        self.validator = validator
        self.count = count
    }

    /// The part of a download of `url`; nil if there is none, or it can't be continued.
    init?(of file: String, from url: String) {
        guard let count = OutputFile.size(of: Self.path(file)), count > 0,
            let origin = OutputFile.text(of: Self.originPath(file), upTo: Self.maximumOrigin)
        else { return nil }
        let lines = origin.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 3, lines[0] == url, !lines[1].isEmpty, lines[2].isEmpty else { return nil }
        self.init(url: url, validator: String(lines[1]), count: count)
    }

    /// The fields that request the rest.
    var fields: HTTPFields {
        [.range: "bytes=\(count)-", .ifRange: validator]
    }

    /// Whether a response has the rest: of the same content, from the right byte on, up to the end.
    func isContinued(by response: HTTPResponse.Status, _ fields: HTTPFields) -> Bool {
        guard response == .partialContent, let value = fields.onlyValue(of: .contentRange),
            let range = ContentRange(value), let total = range.total
        else { return false }
        // 206 has the validator that 200 would have had (RFC 9110 section 15.3.7).
        if case .contradictory = fields.singleton(.eTag) { return false }
        if let present = Self.validator(in: fields), present != validator { return false }
        return range.bytes.lowerBound == count && range.bytes.upperBound == total - 1
    }

    /// The strong validator by which a later request can identify the same content; nil if there is none.
    static func validator(in fields: HTTPFields) -> String? {
        switch fields.singleton(.eTag) {
        case .field(let tag): return tag.value.hasPrefix("\"") ? tag.value : nil
        case .contradictory: return nil
        case .absent: break
        }
        // A date is a strong validator if it is well before that of the response (RFC 9110 section 8.8.2.2).
        guard let modified = fields.lastModified, let date = fields.date,
            date.secondsSince1970 - modified.secondsSince1970 >= 60
        else { return nil }
        return fields.onlyValue(of: .lastModified)
    }
}
