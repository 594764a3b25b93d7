/// One mistake in what a client has sent: where it is, and what is wrong.
public struct InputMistake: Sendable, Hashable, CustomStringConvertible {
    /// One step on the way to a value.
    public enum Step: Sendable, Hashable {
        /// The member of an object, or the field of a form, with this name.
        case name(String)
        /// The element of an array, counted from 0.
        case index(Int)
    }

    /// The way to the value; empty for the whole.
    public var path: [Step]
    /// The fault, such as `must not be empty`.
    public var detail: String

    /// A mistake in the value at a path.
    public init(at path: [Step] = [], _ detail: String) {
        self.path = path
        self.detail = detail
    }

    /// The place in a JSON document, as a JSON pointer (RFC 6901): `/tags/0`; empty for the whole document.
    public var pointer: String {
        path.map { step in
            switch step {
            case .name(let name): "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
            case .index(let index): "/\(index)"
            }
        }.joined()
    }

    /// The name of the field of a form, or of the parameter of a query: `tags`, where an index or further names do not
    /// count.
    public var field: String {
        if case .name(let name) = path.first { name } else { "" }
    }

    /// The place and the fault.
    public var description: String { path.isEmpty ? detail : "\(pointer) \(detail)" }
}
