import Martlet

/// What a room knows, and what it does about everything that happens: a value, which clients, clocks and the log act on
/// from outside, and whose actions are carried out there.
struct ChatRoomState: Sendable {
    /// A connection to the room.
    struct MemberID: Sendable, Hashable {
        let number: UInt64
    }

    /// What is to be done, in this order.
    enum Action: Sendable, Hashable {
        /// Send JSON to one member.
        case send(String, to: MemberID)
        /// Send JSON to all who have joined.
        case broadcast(String)
        /// Say goodbye to a connection.
        case close(MemberID, WebSocketClose)
    }

    /// Somebody who has joined.
    struct Member: Sendable {
        var name: ChatName
        /// Proves that a further connection is of the same person.
        var key: String?
        /// The name under which the others know them; nil as long as they have not been told.
        var announced: String?
        var rate: RateLimit
    }

    /// A message that waits to be stored.
    struct Waiting: Sendable, Hashable {
        var draft: ChatMessage.Draft
        var sender: MemberID
    }

    /// The close code for somebody who has come back on another connection. The page does not reconnect then.
    static let replaced = WebSocketClose(WebSocketCloseCode(rawValue: 4001), reason: "You are here in another window.")

    let room: String
    let limits: ChatLimits
    private(set) var members: [MemberID: Member] = [:]
    /// Who has a name, by its key.
    private(set) var holders: [String: MemberID] = [:]
    /// Whose names the others have to be told of.
    private var changed: [MemberID] = []
    /// The names of those who have gone and whom the others still see.
    private var gone: [String] = []
    /// Those whom everybody sees, by the keys of their names.
    private var people: [String: String] = [:]
    private var encodedPeople: String?
    /// The latest messages, in order and without a gap.
    private(set) var tail: [ChatMessage]
    private(set) var waiting: [Waiting] = []

    /// - Parameter tail: The latest messages of the log.
    init(room: String, limits: ChatLimits = ChatLimits(), tail: [ChatMessage] = []) {
        self.room = room
        self.limits = limits
        self.tail = tail
    }

    // MARK: What clients do

    /// A client that has connected says something.
    mutating func receive(
        _ message: ClientMessage,
        from member: MemberID,
        at now: ContinuousClock.Instant,
        time: Int
    ) throws(ChatProblem) -> [Action] {
        switch message {
        case .join(let name, let key, let after):
            return try join(member, name, key: key, after: after)
        case .say(let id, let text):
            return try say(id, text, from: member, at: now, time: time)
        case .rename(let name):
            return try rename(member, name, at: now)
        case .ping:
            return [.send(ServerMessage.pong.json, to: member)]
        }
    }

    private mutating func join(
        _ member: MemberID,
        _ typed: String,
        key: String?,
        after: Int?
    ) throws(ChatProblem) -> [Action] {
        guard members[member] == nil else { throw ChatProblem(.alreadyJoined, "You have joined already.") }
        guard key.map({ $0.utf8.count <= limits.keyBytes }) ?? true else {
            throw ChatProblem(.malformed, "“key” has at most \(limits.keyBytes) bytes.")
        }
        let name = try ChatName(typed, limits: limits)
        var actions: [Action] = []
        var announced: String?
        if let holder = holders[name.key] {
            guard let key, !key.isEmpty, members[holder]?.key == key else { throw Self.taken(name) }
            // The old connection is dead and does not know it yet, or it is another window.
            announced = members[holder]?.announced
            members[holder] = nil
            actions.append(.close(holder, Self.replaced))
        } else {
            guard members.count < limits.members else {
                throw ChatProblem(.roomFull, "There are \(limits.members) people here; there is no room for more.")
            }
            guard people[name.key] == nil || gone.contains(where: { people[name.key] == $0 }) else {
                throw Self.taken(name)
            }
        }
        let rate = RateLimit(burst: limits.burst, perSecond: limits.messagesPerSecond)
        members[member] = Member(name: name, key: key, announced: announced, rate: rate)
        holders[name.key] = member
        if announced != name.text { changed.append(member) }
        actions.append(
            .send(ServerMessage.welcome(room: room, name: name.text, limits: limits.told).json, to: member)
        )
        actions.append(.send(peopleJSON(), to: member))
        actions.append(.send(history(after: after).json, to: member))
        return actions
    }

    private mutating func say(
        _ id: MessageID,
        _ typed: String,
        from sender: MemberID,
        at now: ContinuousClock.Instant,
        time: Int
    ) throws(ChatProblem) -> [Action] {
        guard let name = members[sender]?.name else {
            throw ChatProblem(.notJoined, "Say who you are first.", id: id)
        }
        try limitRate(of: sender, at: now, id: id)
        let text: ChatText
        do {
            text = try ChatText(typed, limits: limits)
        } catch {
            throw ChatProblem(error.code, error.message, id: id)
        }
        guard waiting.count < limits.waitingMessages else {
            throw ChatProblem(.busy, "Too much is being said at once.", id: id, retryAfter: 1_000)
        }
        let draft = ChatMessage.Draft(id: id, time: time, name: name.text, text: text.text)
        waiting.append(Waiting(draft: draft, sender: sender))
        return []
    }

    private mutating func rename(
        _ member: MemberID,
        _ typed: String,
        at now: ContinuousClock.Instant
    ) throws(ChatProblem) -> [Action] {
        guard let old = members[member]?.name else { throw ChatProblem(.notJoined, "Say who you are first.") }
        try limitRate(of: member, at: now)
        let name = try ChatName(typed, limits: limits)
        if name != old {
            if name.key != old.key {
                let isOwn = people[name.key] == nil || people[name.key] == members[member]?.announced
                guard holders[name.key] == nil, isOwn else { throw Self.taken(name) }
                holders[old.key] = nil
                holders[name.key] = member
            }
            members[member]?.name = name
            changed.append(member)
        }
        return [.send(ServerMessage.renamed(name.text).json, to: member)]
    }

    /// A connection has ended.
    mutating func leave(_ member: MemberID) {
        // One that was replaced has nothing any more.
        guard let left = members.removeValue(forKey: member) else { return }
        holders[left.name.key] = nil
        if let announced = left.announced { gone.append(announced) }
    }

    private mutating func limitRate(
        of member: MemberID,
        at now: ContinuousClock.Instant,
        id: MessageID? = nil
    ) throws(ChatProblem) {
        guard let pause = members[member]?.rate.take(at: now) else { return }
        let retryAfter = Int((pause / .milliseconds(1)).rounded(.up))
        throw ChatProblem(.tooFast, "That was too fast. Wait a moment.", id: id, retryAfter: retryAfter)
    }

    private static func taken(_ name: ChatName) -> ChatProblem {
        ChatProblem(.nameTaken, "Somebody here is called \(name.text) already.")
    }

    // MARK: What the log does

    /// Takes the messages that are to be stored next.
    mutating func takeBatch() -> [Waiting] {
        let batch = Array(waiting.prefix(limits.batch))
        waiting.removeFirst(batch.count)
        return batch
    }

    // MARK: What the broadcaster brings

    /// Something has happened, here or elsewhere.
    mutating func receive(_ event: RoomEvent) -> [Action] {
        switch event {
        case .messages(let messages):
            return messages.compactMap { message in
                guard message.sequence > tail.last?.sequence ?? 0 else { return nil }
                tail.append(message)
                // A quarter more than needed, so that the rest is moved seldom.
                if tail.count > limits.tail + limits.tail / 4 { tail.removeFirst(tail.count - limits.tail) }
                return .broadcast(ServerMessage.message(message).json)
            }
        case .people(let changes):
            for name in changes.left { people[Self.key(name)] = nil }
            for renaming in changes.renamed { people[Self.key(renaming.from)] = nil }
            for name in changes.joined + changes.renamed.map(\.to) { people[Self.key(name)] = name }
            encodedPeople = nil
            return [.broadcast(ServerMessage.changes(changes).json)]
        }
    }

    private static func key(_ name: String) -> String {
        (try? ChatName(name))?.key ?? name
    }

    /// Takes what the others have to be told about people.
    mutating func takeChanges() -> PeopleChanges {
        var changes = PeopleChanges(left: gone)
        for id in changed {
            guard let member = members[id], member.announced != member.name.text else { continue }
            if let announced = member.announced {
                changes.renamed.append(PeopleChanges.Renaming(from: announced, to: member.name.text))
            } else if let index = changes.left.firstIndex(of: member.name.text) {
                // Gone and back before anybody was told.
                changes.left.remove(at: index)
            } else {
                changes.joined.append(member.name.text)
            }
            members[id]?.announced = member.name.text
        }
        changed = []
        gone = []
        return changes
    }

    /// Whether there is something to tell about people.
    var hasChanges: Bool { !changed.isEmpty || !gone.isEmpty }

    // MARK: What newcomers get

    private mutating func peopleJSON() -> String {
        if let encodedPeople { return encodedPeople }
        let json = ServerMessage.people(people.values.sorted()).json
        encodedPeople = json
        return json
    }

    private func history(after: Int?) -> ServerMessage {
        if let after, after >= 0, let first = tail.first, let last = tail.last,
            after >= first.sequence - 1, after <= last.sequence
        {
            return .history(Array(tail.suffix(last.sequence - after)), resumed: true)
        }
        return .history(Array(tail.suffix(limits.history)), resumed: after == 0 && tail.isEmpty)
    }
}
