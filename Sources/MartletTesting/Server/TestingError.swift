/// A test double can't do what it was asked for; the message says why, and what to do instead.
public struct TestingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence for people.
    public let message: String

    init(_ message: String) {
        self.message = message
    }

    public var description: String { message }
}
