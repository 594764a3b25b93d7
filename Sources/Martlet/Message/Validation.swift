/// A value that knows which of its states make sense.
///
/// ```swift
/// struct NewNote: Decodable, Validatable {
///     var title: String
///     var tags: [Tag]
///
///     func validate(_ validation: inout Validation) {
///         validation.require((1...200).contains(title.count), "must have 1 to 200 characters", at: "title")
///         validation.validate(tags, at: "tags")
///     }
/// }
/// ```
///
/// Content and queries are validated when they are decoded (``HTTPServerRequest/json(_:upTo:requiresType:)``), and if
/// there are mistakes the answer is 422 with all of them.
public protocol Validatable {
    /// Adds the mistakes of the value. Called once it has been decoded.
    func validate(_ validation: inout Validation)
}

/// Collects the mistakes of a value, and of the values in it.
public struct Validation: Sendable {
    /// How many mistakes are collected; further ones add nothing to what the sender has to know.
    public static let maximumMistakes = 100

    /// The mistakes so far.
    public private(set) var mistakes: [InputMistake] = []
    private var path: [InputMistake.Step] = []

    /// A validation without mistakes.
    public init() {}

    /// Whether no further mistakes are collected.
    public var isFull: Bool { mistakes.count >= Self.maximumMistakes }

    /// Adds a mistake, unless the condition holds.
    ///
    /// - Parameters:
    ///   - isValid: The condition.
    ///   - detail: The fault, to be read after the name: `must not be empty`.
    ///   - names: The names of the coding keys that lead to the value; none for the value itself.
    public mutating func require(_ isValid: Bool, _ detail: @autoclosure () -> String, at names: String...) {
        if !isValid { add(detail(), names) }
    }

    /// Adds a mistake.
    ///
    /// - Parameters:
    ///   - detail: The fault, to be read after the name: `must not be empty`.
    ///   - names: The names of the coding keys that lead to the value; none for the value itself.
    public mutating func add(_ detail: String, at names: String...) {
        add(detail, names)
    }

    /// Validates a value within this one; also an array, each of its elements by itself, and an optional.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - names: The names of the coding keys that lead to it.
    public mutating func validate(_ value: some Validatable, at names: String...) {
        within(names.map { .name($0) }) { value.validate(&$0) }
    }

    /// Validates the elements of an array.
    ///
    /// ```swift
    /// validation.forEach(tags, at: "tags") { $0.require(!$1.isEmpty, "must not be empty") }
    /// ```
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - names: The names of the coding keys that lead to the array.
    ///   - body: Adds the mistakes of one element.
    public mutating func forEach<Elements: Sequence>(
        _ elements: Elements,
        at names: String...,
        validate body: (_ validation: inout Validation, _ element: Elements.Element) -> Void
    ) {
        within(names.map { .name($0) }) { validation in
            for (index, element) in elements.enumerated() {
                guard !validation.isFull else { return }
                validation.within([.index(index)]) { body(&$0, element) }
            }
        }
    }

    /// Throws the mistakes, if there are any. For what a handler itself has to check, such as whether a name is taken.
    ///
    /// - Throws: ``InputError``, which is answered 422.
    public func check() throws(InputError) {
        guard mistakes.isEmpty else { throw InputError(mistakes) }
    }

    private mutating func add(_ detail: String, _ names: [String]) {
        guard !isFull else { return }
        mistakes.append(InputMistake(at: path + names.map { .name($0) }, detail))
    }

    private mutating func within(_ steps: [InputMistake.Step], _ body: (inout Validation) -> Void) {
        let outer = path
        path += steps
        body(&self)
        path = outer
    }
}

extension Optional: Validatable where Wrapped: Validatable {
    /// Adds the mistakes of the value, if there is one.
    public func validate(_ validation: inout Validation) {
        self?.validate(&validation)
    }
}

extension Array: Validatable where Element: Validatable {
    /// Adds the mistakes of each element.
    public func validate(_ validation: inout Validation) {
        validation.forEach(self) { $1.validate(&$0) }
    }
}
