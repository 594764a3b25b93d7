/// The people that clients see, and the list of them as JSON, encoded once for all newcomers.
///
/// The JSON has a bound, whatever the number and the length of the names: it gives the names that fit, in order, and tells
/// how many others there are.
struct PeopleList: Sendable {
    /// The names, by their keys.
    private var names: [String: String] = [:]
    private let limit: Int
    /// What newcomers get.
    private(set) var json: String

    /// - Parameter limit: How many bytes the JSON has at most.
    init(limit: Int) {
        self.limit = limit
        json = ServerMessage.people([]).json
    }

    /// Whether there is a name with this key.
    func contains(_ key: String) -> Bool { names[key] != nil }

    /// The list after changes, and how to tell them. This takes time in proportion to the list: not under a lock.
    func applying(_ changes: PeopleChanges) -> PeopleUpdate {
        var next = self
        let vacated = (changes.left + changes.renamed.map(\.from)).map(ChatName.key(ofShown:))
        for key in vacated { next.names[key] = nil }
        for name in changes.joined + changes.renamed.map(\.to) { next.names[ChatName.key(ofShown: name)] = name }
        next.encode()
        let json = ServerMessage.changes(changes).json
        // When very many come or go at once, the list says it in fewer bytes, and in no more than it may have.
        return PeopleUpdate(list: next, json: json.utf8.count <= limit ? json : next.json, vacated: vacated)
    }

    private mutating func encode() {
        let sorted = names.values.sorted()
        var bytes = ServerMessage.people([], others: .max).json.utf8.count
        let fitting = sorted.prefix { name in
            bytes += Self.encodedBytes(name)
            return bytes <= limit
        }
        json = ServerMessage.people(Array(fitting), others: sorted.count - fitting.count).json
    }

    /// How many bytes a name has in JSON at most, with its quotation marks and a comma.
    private static func encodedBytes(_ name: String) -> Int {
        name.utf8.reduce(3) { bytes, byte in
            switch byte {
            case 0x22, 0x5C: bytes + 2
            case ..<0x20: bytes + 6
            default: bytes + 1
            }
        }
    }
}

/// A change of the people that clients see.
struct PeopleUpdate: Sendable {
    /// The people after it.
    var list: PeopleList
    /// What clients get: the changes, or the list.
    var json: String
    /// The keys of the names that have been given up.
    var vacated: [String]
}
