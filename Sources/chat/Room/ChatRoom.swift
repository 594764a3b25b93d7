import Foundation
import Logging
import Martlet
import Synchronization

/// A room, and all connections to it.
///
/// A message is stored before it is delivered: so no sequence number is used twice, even after a crash, and no
/// delivered message is lost.
final class ChatRoom: Sendable {
    typealias MemberID = ChatRoomState.MemberID

    fileprivate struct Shared {
        var state: ChatRoomState
        var outboxes: [MemberID: Outbox] = [:]
        var lastMember: UInt64 = 0
    }

    /// The time from one announcement of changes of people to the next. Many that join at once are announced in one
    /// message; in a large room it is longer, so that there are at most 5,000 deliveries a second, however many join.
    private var announcementInterval: Duration {
        let people = shared.withLock { $0.state.people.count }
        return .milliseconds(max(200, people / 5))
    }

    let name: String
    let log: any ChatLog
    let limits: ChatLimits
    private let broadcaster: any Broadcaster
    /// The names of all processes; nil if there is one process only.
    private let names: (any NameRegistry)?
    private let logger: Logger
    private let shared: Mutex<Shared>
    private let messagesWait: Wakeup
    private let peopleChanged: Wakeup
    /// Whether the last messages could be stored.
    private let isStoring = Mutex(true)

    /// Opens a room with the messages of its log.
    ///
    /// - Throws: Any error of the log.
    static func open(
        _ name: String,
        log: any ChatLog,
        broadcaster: any Broadcaster = LocalBroadcaster(),
        names: (any NameRegistry)? = nil,
        limits: ChatLimits = ChatLimits(),
        logger: Logger
    ) async throws -> ChatRoom {
        let tail = try await log.latest(limits.tail)
        let state = ChatRoomState(room: name, limits: limits, tail: tail)
        let room = ChatRoom(state, log: log, broadcaster: broadcaster, names: names, logger: logger)
        try await broadcaster.subscribe(after: state.tail.last) { [weak room] in room?.receive($0) }
        return room
    }

    private init(
        _ state: ChatRoomState,
        log: any ChatLog,
        broadcaster: any Broadcaster,
        names: (any NameRegistry)?,
        logger: Logger
    ) {
        self.name = state.room
        self.log = log
        self.broadcaster = broadcaster
        self.names = names
        self.logger = logger
        self.limits = state.limits
        self.shared = Mutex(Shared(state: state))
        self.messagesWait = Wakeup()
        self.peopleChanged = Wakeup()
    }

    /// The number of members.
    var memberCount: Int { shared.withLock { $0.state.members.count } }

    /// The sequence number of the latest message.
    var lastSequence: Int { shared.withLock { $0.state.tail.last } }

    // MARK: Connections

    /// A client has connected.
    ///
    /// - Parameter outbox: The outbox of the client.
    func connect(_ outbox: Outbox) -> MemberID {
        shared.withLock { shared in
            shared.lastMember += 1
            let member = MemberID(number: shared.lastMember)
            shared.outboxes[member] = outbox
            return member
        }
    }

    /// A client has sent a message.
    ///
    /// - Returns: Whether the message was valid. If not, the client has been sent the reason.
    func receive(_ text: String, from member: MemberID) async -> Bool {
        do throws(ChatProblem) {
            let request = ClientRequest(try ClientMessage(text), room: name, limits: limits)
            if names != nil, case .join(_, _, let after?, _) = request { await catchUp(to: after) }
            let taken = try await takeName(for: request)
            defer { if let taken { releaseUnused(taken) } }
            try act { state throws(ChatProblem) in
                let old = state.members[member]?.name.key
                defer { if let old, state.holders[old] == nil { names?.release(old) } }
                return try state.receive(
                    request,
                    from: member,
                    at: .now,
                    time: Date().milliseconds,
                    hasTakenName: taken != nil
                )
            }
            return true
        } catch {
            refuse(error, to: member)
            return false
        }
    }

    /// Waits for a message that a client knows from another process, or else it would get those up to it twice.
    private func catchUp(to place: Int) async {
        let deadline = ContinuousClock.now + limits.catchingUp
        while lastSequence < place, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Takes the name that a request needs from all processes that share the room.
    ///
    /// - Returns: The key of the name; nil if none is needed.
    private func takeName(for request: ClientRequest) async throws(ChatProblem) -> String? {
        guard let names, let (name, key) = request.neededName else { return nil }
        let isFree: Bool
        do {
            isFree = try await names.take(name, key: key)
        } catch {
            throw ChatProblem(.busy, "The room can't be reached. Try again soon.", retryAfter: 1_000)
        }
        guard isFree else { throw ChatRoomState.taken(name) }
        return name.key
    }

    /// Gives up a name that was taken, unless a member of this process has it.
    private func releaseUnused(_ key: String) {
        shared.withLock { shared in
            if shared.state.holders[key] == nil { names?.release(key) }
        }
    }

    /// Sends a client the reason for a refusal.
    func refuse(_ problem: ChatProblem, to member: MemberID) {
        let json = ServerMessage.problem(problem).json
        act { _ in [.send(json, to: member)] }
    }

    /// Closes the connection of a client that has not joined.
    func expectName(of member: MemberID) {
        let reason = WebSocketClose(.policyViolation, reason: "You have not joined in time.")
        act { $0.members[member] == nil ? [.close(member, reason)] : [] }
    }

    /// A client has disconnected.
    func disconnect(_ member: MemberID) {
        shared.withLock { $0.outboxes[member] = nil }
        act { state in
            let key = state.members[member]?.name.key
            state.leave(member)
            // Under the lock, so that it comes before the same name is taken again.
            if let key { names?.release(key) }
            return []
        }
    }

    // MARK: What the room does by itself

    /// Stores messages and delivers them to all members, until ``finish()``. Messages that are waiting then are still
    /// stored, so do not cancel this.
    func run() async {
        await withTaskGroup { group in
            group.addTask { await self.storeMessages() }
            group.addTask { await self.announcePeople() }
        }
    }

    /// There will be no more messages.
    func finish() {
        messagesWait.finish()
        peopleChanged.finish()
    }

    private func storeMessages() async {
        while await messagesWait.next() { await storeBatches() }
        await storeBatches()
    }

    private func storeBatches() async {
        while true {
            let batch = shared.withLock { $0.state.takeBatch() }
            guard !batch.isEmpty else { return }
            do {
                let outcomes = try await log.append(batch.map(\.draft))
                isStoring.withLock { $0 = true }
                try await publish(outcomes, of: batch)
            } catch {
                let wasStoring = isStoring.withLock { isStoring in
                    defer { isStoring = false }
                    return isStoring
                }
                // Once for each outage, not once for each attempt.
                logger.log(
                    level: wasStoring ? .error : .debug,
                    "Messages can't be stored",
                    metadata: ["error": "\(error)", "count": "\(batch.count)"]
                )
                for waiting in batch {
                    let problem = ChatProblem(
                        .notStored,
                        "The message can't be stored at present.",
                        id: waiting.draft.id,
                        retryAfter: 2_000
                    )
                    refuse(problem, to: waiting.sender)
                }
            }
        }
    }

    private func publish(_ outcomes: [ChatLogOutcome], of batch: [ChatRoomState.Waiting]) async throws {
        var messages: [ChatMessage] = []
        var answers: [ChatRoomState.Action] = []
        for (waiting, outcome) in zip(batch, outcomes) {
            switch outcome {
            case .stored(let message): messages.append(message)
            case .known(let id, let sequence):
                answers.append(.send(ServerMessage.stored(id: id, sequence: sequence).json, to: waiting.sender))
            }
        }
        if !messages.isEmpty { try await broadcaster.publish(.messages(messages)) }
        // After the messages: a known one can be one of them, sent twice.
        act { _ in answers }
    }

    private func announcePeople() async {
        while await peopleChanged.next() {
            var changes = shared.withLock { $0.state.takeChanges() }
            changes.left.sort()
            do {
                if !changes.isEmpty { try await broadcaster.publish(.people(changes)) }
                try await Task.sleep(for: announcementInterval)
            } catch {
                logger.debug("Changes of people can't be announced", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Handles the broadcaster's events, one at a time.
    private func receive(_ event: RoomEvent) {
        let news: RoomNews
        switch event {
        case .messages(let messages): news = .messages(messages.map(EncodedMessage.init))
        case .people(let changes):
            // Only these events change the list.
            let people = shared.withLock { $0.state.people }
            news = .people(people.applying(changes))
        case .everyone(let everyone):
            let people = shared.withLock { $0.state.people }
            news = .people(people.replaced(by: everyone))
        case .replaced(let key):
            return act { $0.giveUp(key) }
        case .forgotten:
            return takeNamesAgain()
        }
        act { $0.receive(news) }
    }

    /// Takes the names of all members again, which the others may have forgotten, and announces them.
    private func takeNamesAgain() {
        guard let names else { return }
        let members = shared.withLock { shared in shared.state.members.values.map { ($0.name, $0.key) } }
        Task {
            for (name, key) in members {
                guard let isFree = try? await names.take(name, key: key) else { continue }
                act { isFree ? $0.announceAgain(name) : $0.giveUp(name.key) }
            }
        }
    }

    /// Changes the state and performs the resulting actions, before any other change.
    ///
    /// Event loops wait for the lock, so only quick work is done under it: nothing is encoded, read or written, and
    /// tasks are resumed after it.
    private func act<Failure: Error>(
        _ change: (inout ChatRoomState) throws(Failure) -> [ChatRoomState.Action]
    ) throws(Failure) {
        let result = shared.withLock { shared -> Result<Effects, Failure> in
            do throws(Failure) {
                var effects = Effects()
                for action in try change(&shared.state) { shared.perform(action, &effects.woken) }
                effects.messagesWait = !shared.state.waiting.isEmpty
                effects.peopleChanged = shared.state.hasChanges
                return .success(effects)
            } catch {
                return .failure(error)
            }
        }
        let effects = try result.get()
        for waiters in effects.woken { waiters.resume() }
        if effects.messagesWait { messagesWait.signal() }
        if effects.peopleChanged { peopleChanged.signal() }
    }

    /// The work to do after the lock has been released.
    private struct Effects: Sendable {
        var woken: [Outbox.Waiters] = []
        var messagesWait = false
        var peopleChanged = false
    }
}

extension ChatRoom.Shared {
    fileprivate func perform(_ action: ChatRoomState.Action, _ woken: inout [Outbox.Waiters]) {
        func wake(_ waiters: Outbox.Waiters?) {
            if let waiters { woken.append(waiters) }
        }
        switch action {
        case .send(let json, let member): wake(outboxes[member]?.put(Outbox.Item([json])))
        case .history(let history, let member): wake(outboxes[member]?.put(Outbox.Item(history)))
        case .broadcast(let texts):
            let item = Outbox.Item(texts)
            for member in state.members.keys { wake(outboxes[member]?.put(item)) }
        case .close(let member, let reason): wake(outboxes[member]?.finish(reason))
        }
    }
}
