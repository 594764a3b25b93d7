/// Who has come, gone, or changed their name, since the last time that this was told.
struct PeopleChanges: Codable, Sendable, Hashable {
    /// Another name for somebody who stays.
    struct Renaming: Codable, Sendable, Hashable {
        var from: String
        var to: String
    }

    var joined: [String] = []
    var left: [String] = []
    var renamed: [Renaming] = []

    var isEmpty: Bool { joined.isEmpty && left.isEmpty && renamed.isEmpty }
}
