import Martlet

/// The state of a room and its reactions to events: a plain value. Clients, clocks and the log are outside, and its
/// actions are performed there.
struct ChatRoomState: Sendable {
    /// A connection to the room.
    struct MemberID: Sendable, Hashable {
        let number: UInt64
    }

    /// An action to perform. Actions are performed in order.
    enum Action: Sendable, Hashable {
        /// Send JSON to one member.
        case send(String, to: MemberID)
        /// Send the history to one member.
        case history(EncodedHistory, to: MemberID)
        /// Send these JSON texts to all members.
        case broadcast([String])
        /// Close a connection.
        case close(MemberID, WebSocketClose)
    }

    /// A person who has joined.
    struct Member: Sendable {
        var name: ChatName
        /// Proves that another connection belongs to the same person.
        var key: String?
        /// The announced name; nil if it has not been announced.
        var announced: ChatName?
        var rate: RateLimit
    }

    /// A message that waits to be stored.
    struct Waiting: Sendable, Hashable {
        var draft: ChatMessage.Draft
        var sender: MemberID
    }

    /// The close code for a person who has joined again on another connection. The page then does not reconnect.
    static let replaced = WebSocketClose(WebSocketCloseCode(rawValue: 4001), reason: "You are here in another window.")

    let room: String
    let limits: ChatLimits
    private(set) var members: [MemberID: Member] = [:]
    /// The members by the keys of their names.
    private(set) var holders: [String: MemberID] = [:]
    private var untold = UntoldChanges<MemberID, String>()
    /// How many times members of this process have been announced under a name, by its key, without the announcement
    /// that they gave it up. Such a name belongs to this process: without a holder it is free, although it is still in
    /// the list.
    private var announcements: [String: Int] = [:]
    /// The announced list of people.
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

    /// Handles a client's request.
    ///
    /// - Parameter hasTakenName: Whether the name that it needs is free in other processes.
    mutating func receive(
        _ request: ClientRequest,
        from member: MemberID,
        at now: ContinuousClock.Instant,
        time: Int,
        hasTakenName: Bool = false
    ) throws(ChatProblem) -> [Action] {
        switch request {
        case .join(let name, let key, let after, let welcome):
            return try join(member, name, key: key, after: after, welcome: welcome, hasTakenName)
        case .say(let id, let text):
            return try say(id, text, from: member, at: now, time: time)
        case .rename(let name, let renamed):
            return try rename(member, name, renamed, at: now, hasTakenName)
        case .ping:
            return [.send(ServerMessage.pongJSON, to: member)]
        }
    }

    private mutating func join(
        _ member: MemberID,
        _ checked: Result<ChatName, ChatProblem>,
        key: String?,
        after: Int?,
        welcome: String,
        _ hasTakenName: Bool
    ) throws(ChatProblem) -> [Action] {
        guard members[member] == nil else { throw ChatProblem(.alreadyJoined, "You have already joined.") }
        guard key.map({ $0.utf8.count <= limits.keyBytes }) ?? true else {
            throw ChatProblem(.malformed, "“key” may have at most \(limits.keyBytes) bytes.")
        }
        let name = try checked.get()
        var actions: [Action] = []
        var announced: ChatName?
        if let holder = holders[name.key] {
            guard let key, !key.isEmpty, members[holder]?.key == key else { throw Self.taken(name) }
            // The old connection is dead but not yet closed, or it is another window.
            announced = members[holder]?.announced
            members[holder] = nil
            actions.append(.close(holder, Self.replaced))
        } else {
            guard members.count < limits.members else {
                throw ChatProblem(.roomFull, "The room is full: there are \(limits.members) people here.")
            }
            guard isFree(name.key, hasTakenName) else { throw Self.taken(name) }
            // The person left and came back before that was announced: there is nothing to announce.
            if untold.comeBack(as: name.text) {
                announced = name
            } else if hasTakenName, announcements[name.key] == nil, people.name(name.key) == name.text {
                // The person was in another process, whose announcement stands.
                announced = name
                announcements[name.key] = 1
            }
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

    /// Whether a name is free, in this process and in others.
    private func isFree(_ key: String, _ hasTakenName: Bool) -> Bool {
        holders[key] == nil && (hasTakenName || people.name(key) == nil || announcements[key] != nil)
    }

    private mutating func say(
        _ id: MessageID,
        _ checked: Result<ChatText, ChatProblem>,
        from sender: MemberID,
        at now: ContinuousClock.Instant,
        time: Int
    ) throws(ChatProblem) -> [Action] {
        guard let name = members[sender]?.name else {
            throw ChatProblem(.notJoined, "Join first.", id: id)
        }
        try limitRate(of: sender, at: now, id: id)
        let text = try checked.get()
        guard waiting.count < limits.waitingMessages else {
            throw ChatProblem(.busy, "Too many messages are waiting. Try again soon.", id: id, retryAfter: 1_000)
        }
        let draft = ChatMessage.Draft(id: id, time: time, name: name.text, text: text.text)
        waiting.append(Waiting(draft: draft, sender: sender))
        return []
    }

    private mutating func rename(
        _ member: MemberID,
        _ checked: Result<ChatName, ChatProblem>,
        _ renamed: String,
        at now: ContinuousClock.Instant,
        _ hasTakenName: Bool
    ) throws(ChatProblem) -> [Action] {
        guard let old = members[member]?.name else { throw ChatProblem(.notJoined, "Join first.") }
        try limitRate(of: member, at: now)
        let name = try checked.get()
        if name != old {
            if name.key != old.key {
                guard isFree(name.key, hasTakenName) else { throw Self.taken(name) }
                holders[old.key] = nil
                holders[name.key] = member
            }
            members[member]?.name = name
            untold.change(member)
        }
        return [.send(renamed, to: member)]
    }

    /// Handles the end of a connection.
    mutating func leave(_ member: MemberID) {
        // A connection that was replaced is no longer a member.
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
        throw ChatProblem(.tooFast, "You are sending too fast. Wait a moment.", id: id, retryAfter: retryAfter)
    }

    static func taken(_ name: ChatName) -> ChatProblem {
        ChatProblem(.nameTaken, "The name \(name.text) is already taken.")
    }

    // MARK: What the log does

    /// Takes the messages to store next: no more than can be sent at once.
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

    /// Handles an event of this or another process.
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
                // Another process has said so of a person who was there before, and is here now.
                if count == 1 { untell(key) }
            }
            return [.broadcast([update.json])]
        }
    }

    /// The owner of a name of this process, given by its key, has joined another one.
    mutating func giveUp(_ key: String) -> [Action] {
        announcements[key] = nil
        guard let holder = holders.removeValue(forKey: key) else { return [] }
        members[holder] = nil
        return [.close(holder, Self.replaced)]
    }

    /// The others may no longer know a name of this process.
    mutating func announceAgain(_ name: ChatName) -> [Action] {
        untell(name.key)
        return []
    }

    private mutating func untell(_ key: String) {
        guard let holder = holders[key], members[holder]?.announced != nil else { return }
        members[holder]?.announced = nil
        untold.change(holder)
    }

    /// Takes the changes of people to announce, in no particular order.
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

    /// Whether there are changes of people to announce.
    var hasChanges: Bool { !untold.isEmpty }

    // MARK: What newcomers get

    private func history(after: Int?) -> EncodedHistory {
        if let after, let missed = tail.after(after) { return EncodedHistory(messages: missed, resumed: true) }
        return EncodedHistory(messages: tail.latest(limits.history), resumed: false)
    }
}
