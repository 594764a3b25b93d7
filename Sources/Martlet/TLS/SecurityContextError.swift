/// Why a ``SecurityContext`` can't be used.
public struct SecurityContextError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The error, and what to do about it.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
