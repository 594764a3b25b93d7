import Synchronization

/// An event that all processes that share a room have to know.
enum RoomEvent: Codable, Sendable, Hashable {
    /// Stored messages, in order.
    case messages([ChatMessage])
    /// People have joined, left or changed their name.
    case people(PeopleChanges)
}

/// An event, with the texts for clients.
///
/// The texts are encoded before the room's lock is acquired, and once for all clients.
enum RoomNews: Sendable {
    case messages([EncodedMessage])
    case people(PeopleUpdate)
}

/// Delivers the events of a room to all processes that have members of it: at present to this process, later also to
/// others over a broker.
///
/// A room publishes its events here and receives all events here, including its own. It has only its own members, and a
/// ``ChatLog`` assigns sequence numbers, so neither has to know how many processes there are.
protocol Broadcaster: Sendable {
    /// Delivers an event to all subscribers, to each in the order of publishing.
    func publish(_ event: RoomEvent) async throws

    /// Calls `receive` with every event from now on. It must return quickly.
    func subscribe(_ receive: @escaping @Sendable (RoomEvent) -> Void) async throws
}

/// Delivers events to the rooms of this process.
final class LocalBroadcaster: Broadcaster {
    private let subscribers = Mutex<[@Sendable (RoomEvent) -> Void]>([])
    /// Held during the delivery of an event, so that all subscribers get events in the same order.
    private let order = Mutex(())

    func publish(_ event: RoomEvent) {
        order.withLock { _ in
            for receive in subscribers.withLock({ $0 }) { receive(event) }
        }
    }

    func subscribe(_ receive: @escaping @Sendable (RoomEvent) -> Void) {
        subscribers.withLock { $0.append(receive) }
    }
}
