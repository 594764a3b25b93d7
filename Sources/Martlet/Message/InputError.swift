/// All mistakes in content or a query that can be read, but is not of the form that the program takes.
///
/// A handler that throws it, or lets it pass, answers 422 (Unprocessable Content, RFC 9110 section 15.5.21) with a
/// ``Problem`` whose member `errors` has the mistakes:
///
/// ```json
/// {"detail":"The content has 2 mistakes.","errors":[
///   {"detail":"must not be empty","pointer":"/title"},
///   {"detail":"expected Int","pointer":"/tags/0/id"}],"status":422,"title":"Unprocessable Content"}
/// ```
///
/// With forms and queries, `field` and `parameter` take the place of `pointer`.
public struct InputError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The part of a request in which the mistakes are.
    public enum Source: Sendable, Hashable {
        /// JSON.
        case json
        /// The fields of a form.
        case form
        /// The query of the target.
        case query
    }

    /// The mistakes, in the order in which they were found.
    public let mistakes: [InputMistake]
    /// The part of the request in which they are.
    public let source: Source
    /// The sentence for people; nil for one that lists the mistakes.
    private let sentence: String?

    /// An error with these mistakes.
    ///
    /// - Parameters:
    ///   - mistakes: The mistakes.
    ///   - source: The part of the request in which they are; JSON by default.
    public init(_ mistakes: [InputMistake], in source: Source = .json) {
        self.init(mistakes, in: source, sentence: nil)
    }

    package init(_ mistakes: [InputMistake], in source: Source, sentence: String?) {
        self.mistakes = mistakes
        self.source = source
        self.sentence = sentence
    }

    /// The mistakes in a sentence.
    public var description: String {
        if let sentence { return sentence }
        let list = mistakes.map { mistake in
            let place = source == .json ? mistake.pointer : mistake.field
            return place.isEmpty ? mistake.detail : "\(place) \(mistake.detail)"
        }
        return "\(noun) is not valid: \(list.joined(separator: "; "))."
    }

    private var noun: String { source == .query ? "The query" : "The content" }

    /// The report to answer with.
    public var problem: Problem? {
        let count = mistakes.count == 1 ? "a mistake" : "\(mistakes.count) mistakes"
        return Problem(
            .unprocessableContent,
            sentence ?? "\(noun) has \(count).",
            extensions: ["errors": mistakes.map { Entry(mistake: $0, source: source) }]
        )
    }

    /// A mistake as a member of `errors`.
    private struct Entry: Encodable, Sendable {
        let mistake: InputMistake
        let source: Source

        enum CodingKeys: String, CodingKey {
            case detail, pointer, field, parameter
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(mistake.detail, forKey: .detail)
            switch source {
            case .json: try container.encode(mistake.pointer, forKey: .pointer)
            case .form: try container.encode(mistake.field, forKey: .field)
            case .query: try container.encode(mistake.field, forKey: .parameter)
            }
        }
    }
}
