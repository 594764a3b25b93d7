import Foundation
import HTTPWire
import Martlet

/// A thing to do.
struct Todo: Codable, Sendable, Equatable {
    let id: Int
    var title: String
    var isDone: Bool
    /// When it has to be done.
    var due: Date?
    /// The name of the visitor who added it.
    let author: String
    /// How often it has been changed. A page that gets two changes in the wrong order knows which is the newer.
    var version: Int

    /// The entity tag of this version.
    var tag: EntityTag? { EntityTag("\"\(id).\(version)\"") }
}

/// The things to do, as of an event: what happens afterwards comes with those after it.
struct TodoList: Encodable, Sendable {
    let after: String
    let todos: [Todo]
}

/// A thing to do, as a client adds it.
struct NewTodo: Decodable, Sendable, Validatable {
    var title: String
    var due: Date?

    func validate(_ validation: inout Validation) {
        validation.requireLine(title, upTo: 200, at: "title")
    }
}

/// A change of a thing to do: what is missing stays as it is.
struct TodoChange: Decodable, Sendable, Validatable {
    var title: String?
    var isDone: Bool?

    func validate(_ validation: inout Validation) {
        if let title { validation.requireLine(title, upTo: 200, at: "title") }
        validation.require(title != nil || isDone != nil, "must have a title or isDone")
    }
}

/// Which things to do a client wants to see: `?done=false&limit=10`.
struct TodoQuery: Decodable, Sendable, Validatable {
    static let maximumCount = 1_000

    var done: Bool?
    var limit: Int?

    func validate(_ validation: inout Validation) {
        guard let limit else { return }
        validation.require((1...Self.maximumCount).contains(limit), "must be 1 to \(Self.maximumCount)", at: "limit")
    }
}

/// The visitor of a session.
struct Visitor: SessionValue, Validatable {
    static let sessionKey = "visitor"
    var name: String

    func validate(_ validation: inout Validation) {
        validation.requireLine(name, upTo: 40, at: "name")
    }
}

extension Validation {
    /// Requires a line of text that is not blank.
    fileprivate mutating func requireLine(_ text: String, upTo limit: Int, at name: String) {
        let isLine = !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        require(isLine, "must be one line", at: name)
        let isBlank = text.allSatisfy(\.isWhitespace)
        require(!isBlank && text.count <= limit, "must have 1 to \(limit) characters, not only spaces", at: name)
    }
}
