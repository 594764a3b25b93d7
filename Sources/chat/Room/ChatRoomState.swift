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
        /// Send the history to one member.
        case history(EncodedHistory, to: MemberID)
        /// Send JSON to all who have joined, each of them all texts.
        case broadcast([String])
        /// Say goodbye to a connection.
        case close(MemberID, WebSocketClose)
    }

    /// Somebody who has joined.
    struct Member: Sendable {
        var name: ChatName
        /// Proves that a further connection is of the same person.
        var key: String?
        /// The name under which the others know them; nil as long as they have not been told.
        var announced: ChatName?
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
    private var untold = UntoldChanges<MemberID, String>()
    /// How many times the members here have been announced under a name, by its key, without having given it up in the
    /// eyes of the others. Such a name is theirs: without a holder it is free, though the others still see it.
    private var announcements: [String: Int] = [:]
    /// The people that all clients see.
    private(set) var people: PeopleList
    /// The latest messages.
    private(set) var tail: MessageTail
    private(set) var waiting: [Waiting] = []

    /// - Parameter tail: The latest messages of the log.
    init(room: String, limits: ChatLimits = ChatLimits(), tail: [ChatMessage] = []) {
        self.room = room
        self.limits = limits
        self.people = PeopleList(limit: limits.peopleBytes)
        self.tail = MessageTail(messages: limits.tail, bytes: limits.historyBytes - EncodedHistory.frame)
        for message in tail { self.tail.append(EncodedMessage(message)) }
    }

    // MARK: What clients do

    /// A client that has connected asks for something.
    mutating func receive(
        _ request: ClientRequest,
        from member: MemberID,
        at now: ContinuousClock.Instant,
        time: Int
    ) throws(ChatProblem) -> [Action] {
        switch request {
        case .join(let name, let key, let after, let welcome):
            return try join(member, name, key: key, after: after, welcome: welcome)
        case .say(let id, let text):
            return try say(id, text, from: member, at: now, time: time)
        case .rename(let name, let renamed):
            return try rename(member, name, renamed, at: now)
        case .ping:
            return [.send(ServerMessage.pongJSON, to: member)]
        }
    }

    private mutating func join(
        _ member: MemberID,
        _ checked: Result<ChatName, ChatProblem>,
        key: String?,
        after: Int?,
        welcome: String
    ) throws(ChatProblem) -> [Action] {
        guard members[member] == nil else { throw ChatProblem(.alreadyJoined, "You have joined already.") }
        guard key.map({ $0.utf8.count <= limits.keyBytes }) ?? true else {
            throw ChatProblem(.malformed, "“key” has at most \(limits.keyBytes) bytes.")
        }
        let name = try checked.get()
        var actions: [Action] = []
        var announced: ChatName?
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
            guard isFree(name.key) else { throw Self.taken(name) }
            // Gone and back before the others were told: there is nothing to tell.
            if untold.comeBack(as: name.text) { announced = name }
        }
        let rate = RateLimit(burst: limits.burst, perSecond: limits.messagesPerSecond)
        members[member] = Member(name: name, key: key, announced: announced, rate: rate)
        holders[name.key] = member
        if announced != name { untold.change(member) }
        actions.append(.send(welcome, to: member))
        actions.append(.send(people.json, to: member))
        actions.append(.history(history(after: after), to: member))
        return actions
    }

    /// Whether a name is free, here and elsewhere.
    private func isFree(_ key: String) -> Bool {
        holders[key] == nil && (!people.contains(key) || announcements[key] != nil)
    }

    private mutating func say(
        _ id: MessageID,
        _ checked: Result<ChatText, ChatProblem>,
        from sender: MemberID,
        at now: ContinuousClock.Instant,
        time: Int
    ) throws(ChatProblem) -> [Action] {
        guard let name = members[sender]?.name else {
            throw ChatProblem(.notJoined, "Say who you are first.", id: id)
        }
        try limitRate(of: sender, at: now, id: id)
        let text = try checked.get()
        guard waiting.count < limits.waitingMessages else {
            throw ChatProblem(.busy, "Too much is being said at once.", id: id, retryAfter: 1_000)
        }
        let draft = ChatMessage.Draft(id: id, time: time, name: name.text, text: text.text)
        waiting.append(Waiting(draft: draft, sender: sender))
        return []
    }

    private mutating func rename(
        _ member: MemberID,
        _ checked: Result<ChatName, ChatProblem>,
        _ renamed: String,
        at now: ContinuousClock.Instant
    ) throws(ChatProblem) -> [Action] {
        guard let old = members[member]?.name else { throw ChatProblem(.notJoined, "Say who you are first.") }
        try limitRate(of: member, at: now)
        let name = try checked.get()
        if name != old {
            if name.key != old.key {
                guard isFree(name.key) else { throw Self.taken(name) }
                holders[old.key] = nil
                holders[name.key] = member
            }
            members[member]?.name = name
            untold.change(member)
        }
        return [.send(renamed, to: member)]
    }

    /// A connection has ended.
    mutating func leave(_ member: MemberID) {
        // One that was replaced has nothing any more.
        guard let left = members.removeValue(forKey: member) else { return }
        holders[left.name.key] = nil
        if let announced = left.announced { untold.leave(announced.text) }
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

    /// Takes the messages that are to be stored next: no more than can go out at once.
    mutating func takeBatch() -> [Waiting] {
        var bytes = 0
        let count = waiting.prefix(limits.batch).prefix { waiting in
            defer { bytes += waiting.draft.maximumBytes }
            return bytes == 0 || bytes + waiting.draft.maximumBytes <= limits.batchBytes
        }.count
        let batch = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        return batch
    }

    // MARK: What the broadcaster brings

    /// Something has happened, here or elsewhere.
    mutating func receive(_ news: RoomNews) -> [Action] {
        switch news {
        case .messages(let messages):
            var texts: [String] = []
            for message in messages where message.sequence > tail.last {
                tail.append(message)
                texts.append(message.json)
            }
            return texts.isEmpty ? [] : [.broadcast(texts)]
        case .people(let update):
            people = update.list
            for key in update.vacated {
                guard let count = announcements[key] else { continue }
                announcements[key] = count > 1 ? count - 1 : nil
            }
            return [.broadcast([update.json])]
        }
    }

    /// Takes what the others have to be told about people, in no order.
    mutating func takeChanges() -> PeopleChanges {
        let (changed, gone) = untold.takeAll()
        var changes = PeopleChanges(left: gone)
        for id in changed {
            guard let member = members[id], member.announced?.text != member.name.text else { continue }
            if let announced = member.announced {
                changes.renamed.append(PeopleChanges.Renaming(from: announced.text, to: member.name.text))
            } else {
                changes.joined.append(member.name.text)
            }
            members[id]?.announced = member.name
            announcements[member.name.key, default: 0] += 1
        }
        return changes
    }

    /// Whether there is something to tell about people.
    var hasChanges: Bool { !untold.isEmpty }

    // MARK: What newcomers get

    private func history(after: Int?) -> EncodedHistory {
        if let after, let missed = tail.after(after) { return EncodedHistory(messages: missed, resumed: true) }
        return EncodedHistory(messages: tail.latest(limits.history), resumed: false)
    }
}
