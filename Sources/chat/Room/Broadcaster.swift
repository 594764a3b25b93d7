import Synchronization

/// Something that all who share a room have to know.
enum RoomEvent: Codable, Sendable, Hashable {
    /// Messages that are stored, in the order of their places.
    case messages([ChatMessage])
    /// Some have come, gone, or changed their name.
    case people(PeopleChanges)
}

/// An event, with the texts that clients get of it.
///
/// The texts are made before the room's lock is taken, and once for all clients.
enum RoomNews: Sendable {
    case messages([EncodedMessage])
    case people(PeopleUpdate)
}

/// Brings what happens in a room to everybody who has members of it: to this process now, to others over a broker some day.
///
/// A room publishes its events here and learns of all events here, of its own ones too. It holds nobody but its own
/// members, and a ``ChatLog`` decides on the places of messages; so neither has to know how many processes there are.
protocol Broadcaster: Sendable {
    /// Brings an event to all subscribers, to each in the order of publishing.
    func publish(_ event: RoomEvent) async throws

    /// Calls `receive` with every event from now on. It must return soon.
    func subscribe(_ receive: @escaping @Sendable (RoomEvent) -> Void) async throws
}

/// Brings events to the rooms of this process.
final class LocalBroadcaster: Broadcaster {
    private let subscribers = Mutex<[@Sendable (RoomEvent) -> Void]>([])
    /// Held while an event is brought, so that all get them in the same order.
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
