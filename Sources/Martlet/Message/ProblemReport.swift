import HTTPTypes
import NIOCore

/// The members of a problem report as JSON has them (RFC 9457 section 3.1).
struct ProblemReport: Sendable {
    var problem: Problem

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) { nil }

        static let standard = ["type", "title", "status", "detail", "instance"]
    }
}

extension ProblemReport: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        if problem.type != "about:blank" { try container.encode(problem.type, forKey: Name(stringValue: "type")) }
        try container.encode(problem.sentTitle, forKey: Name(stringValue: "title"))
        try container.encode(problem.status.code, forKey: Name(stringValue: "status"))
        try container.encodeIfPresent(problem.sentDetail, forKey: Name(stringValue: "detail"))
        try container.encodeIfPresent(problem.instance, forKey: Name(stringValue: "instance"))
        for (name, value) in problem.extensions where !name.isEmpty && !Name.standard.contains(name) {
            try container.encode(value, forKey: Name(stringValue: name))
        }
    }
}

extension ProblemReport {
    /// Reads a report; nil if it is not a JSON object. Members of another type than they should have are ignored, as
    /// section 3.1 demands, and so is the status, since that of the response counts.
    init?(_ content: ByteBuffer, status: HTTPResponse.Status, headers: HTTPFields) {
        guard case .object(var members) = try? JSONFormat.standard.decode(JSONValue.self, from: content) else {
            return nil
        }
        func take(_ name: String) -> String? { members[name]?.string }
        problem = Problem(
            status,
            take("detail"),
            type: take("type") ?? "about:blank",
            title: take("title"),
            instance: take("instance"),
            headers: headers
        )
        for name in Name.standard { members[name] = nil }
        problem.extensions = members
    }
}
