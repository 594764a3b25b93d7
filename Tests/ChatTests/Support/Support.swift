import Foundation
import Logging
import Testing

@testable import chat

extension Logger {
    /// Says nothing.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// A message that is new.
func draft(_ text: String, from name: String = "Ada", id: MessageID = MessageID()) -> ChatMessage.Draft {
    ChatMessage.Draft(id: id, time: 1_700_000_000_123, name: name, text: text)
}

/// Waits for what is told by no event.
func eventually(
    _ comment: Comment? = nil,
    within limit: Duration = .seconds(60),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record(comment ?? "it has not come true", sourceLocation: sourceLocation)
}

extension ChatRoomState {
    /// A client that has connected says something.
    mutating func receive(
        _ message: ClientMessage,
        from member: MemberID,
        at now: ContinuousClock.Instant,
        time: Int
    ) throws(ChatProblem) -> [Action] {
        try receive(ClientRequest(message, room: room, limits: limits), from: member, at: now, time: time)
    }

    /// Something has happened, here or elsewhere.
    mutating func receive(_ event: RoomEvent) -> [Action] {
        switch event {
        case .messages(let messages): receive(RoomNews.messages(messages.map(EncodedMessage.init)))
        case .people(let changes): receive(RoomNews.people(people.applying(changes)))
        case .everyone(let everyone): receive(RoomNews.people(people.replaced(by: everyone)))
        case .replaced(let key): giveUp(key)
        case .forgotten: []
        }
    }
}
