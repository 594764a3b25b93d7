/// The people who have joined, left or changed their name since the last announcement.
struct PeopleChanges: Codable, Sendable, Hashable {
    /// A new name of a person.
    struct Renaming: Codable, Sendable, Hashable {
        var from: String
        var to: String
    }

    var joined: [String] = []
    var left: [String] = []
    var renamed: [Renaming] = []

    var isEmpty: Bool { joined.isEmpty && left.isEmpty && renamed.isEmpty }
}
