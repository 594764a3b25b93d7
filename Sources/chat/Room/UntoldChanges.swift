/// The members of a room who have come and gone, or have another name, and of whom the others have not been told.
///
/// Each change costs the same, however many there are: thousands go and come back at once when a network fails.
struct UntoldChanges<Member: Sendable, Name: Hashable & Sendable>: Sendable {
    /// The members whose names the others have to be told.
    private var changed: [Member] = []
    /// The names of those who have gone and whom the others still see.
    private var gone: Set<Name> = []

    /// Whether there is nothing to tell.
    var isEmpty: Bool { changed.isEmpty && gone.isEmpty }

    /// A member has a name that the others do not know.
    mutating func change(_ member: Member) {
        changed.append(member)
    }

    /// A member has gone whom the others know by this name.
    mutating func leave(_ name: Name) {
        gone.insert(name)
    }

    /// A member has come who has this name.
    ///
    /// - Returns: Whether the others still see it, so that there is nothing to tell.
    mutating func comeBack(as name: Name) -> Bool {
        gone.remove(name) != nil
    }

    /// Takes everything out.
    mutating func takeAll() -> (changed: [Member], gone: [Name]) {
        defer { self = UntoldChanges() }
        return (changed, Array(gone))
    }
}
