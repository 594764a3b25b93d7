import FoundationEssentials
import Martlet

/// The object that a client describes: of all its members, only the name matters here.
struct Person: Sendable {
    /// The value of `name` as text; `null` without one.
    let name: String

    /// Reads a JSON object.
    ///
    /// - Throws: `HTTPError` with 400 and the reason.
    init(json text: String) throws {
        let members: [String: JSONValue]
        do {
            members = try JSONDecoder().decode([String: JSONValue].self, from: Data(text.utf8))
        } catch DecodingError.typeMismatch {
            throw HTTPError(.badRequest, "Bad JSON: an object is expected.")
        } catch DecodingError.dataCorrupted(let context) {
            throw HTTPError(.badRequest, "Bad JSON: \(context.debugDescription)")
        }
        name = members["name"].map { "\($0)" } ?? "null"
    }
}
