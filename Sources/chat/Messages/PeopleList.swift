/// The people that clients see, and the list of them as JSON, encoded once for all newcomers.
///
/// The size of the JSON is limited, whatever the number and the length of the names: it has the names that fit, in
/// order, and the number of the others.
struct PeopleList: Sendable {
    /// The names by their keys.
    private var names: [String: String] = [:]
    private let limit: Int
    /// The JSON for new clients.
    private(set) var json: String

    /// How many people there are.
    var count: Int { names.count }

    /// - Parameter limit: The maximum size of the JSON in bytes.
    init(limit: Int) {
        self.limit = limit
        json = ServerMessage.people([]).json
    }

    /// The name with a key; nil if there is none.
    func name(_ key: String) -> String? { names[key] }

    /// A list of other people, and the message that announces them. This takes time proportional to the list: do not call
    /// it under a lock.
    func replaced(by everyone: [String]) -> PeopleUpdate {
        var next = self
        next.names = Dictionary(everyone.map { (ChatName.key(ofShown: $0), $0) }) { first, _ in first }
        next.encode()
        return PeopleUpdate(list: next, json: next.json, vacated: names.keys.filter { next.names[$0] == nil })
    }

    /// The list after changes, and the message that announces them. This takes time proportional to the list: do not
    /// call it under a lock.
    func applying(_ changes: PeopleChanges) -> PeopleUpdate {
        var next = self
        let vacated = (changes.left + changes.renamed.map(\.from)).map(ChatName.key(ofShown:))
        for key in vacated { next.names[key] = nil }
        for name in changes.joined + changes.renamed.map(\.to) { next.names[ChatName.key(ofShown: name)] = name }
        next.encode()
        let json = ServerMessage.changes(changes).json
        // If very many join or leave at once, the list is shorter than the changes, and its size is limited.
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

    /// The maximum size of a name in bytes of JSON, with its quotation marks and a comma.
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

/// A change of the list of people.
struct PeopleUpdate: Sendable {
    /// The list after the change.
    var list: PeopleList
    /// The JSON for clients: the changes, or the whole list.
    var json: String
    /// The keys of the names that are no longer in use.
    var vacated: [String]
}
