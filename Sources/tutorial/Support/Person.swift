import FoundationEssentials
import Martlet

/// The object that a client sends. Only its member `name` is used.
struct Person: Sendable {
    /// The value of `name` as text; `null` if there is none.
    let name: String

    /// Reads a JSON object.
    ///
    /// - Throws: `HTTPError` with 400 and the reason.
    init(json text: String) throws {
        let members: [String: JSONValue]
        do {
            members = try JSONDecoder().decode([String: JSONValue].self, from: Data(text.utf8))
        } catch DecodingError.typeMismatch {
            throw HTTPError(.badRequest, "Bad JSON: expected an object.")
        } catch DecodingError.dataCorrupted(let context) {
            throw HTTPError(.badRequest, "Bad JSON: \(context.debugDescription)")
        }
        name = members["name"].map { "\($0)" } ?? "null"
    }
}
