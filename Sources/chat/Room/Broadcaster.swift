import Synchronization

/// An event that all processes that share a room have to know.
enum RoomEvent: Sendable, Hashable {
    /// Stored messages, in order.
    case messages([ChatMessage])
    /// People have joined, left or changed their name.
    case people(PeopleChanges)
    /// All people in the room, as all processes know them.
    case everyone([String])
    /// The person who has a name, given by its key, has joined again in another process.
    case replaced(String)
    /// The others have forgotten this process, and with it the names of its members.
    case forgotten
}

/// An event, with the texts for clients.
///
/// The texts are encoded before the room's lock is acquired, and once for all clients.
enum RoomNews: Sendable {
    case messages([EncodedMessage])
    case people(PeopleUpdate)
}

/// Delivers the events of a room to all processes that have members of it: to this one, or to all that share the room.
///
/// A room publishes its events here and receives all events here, including its own. It has only its own members, and a
/// ``ChatLog`` assigns sequence numbers, so neither has to know how many processes there are.
protocol Broadcaster: Sendable {
    /// Delivers an event to all subscribers, to each in the order of publishing.
    func publish(_ event: RoomEvent) async throws

    /// Calls `receive` with every event from now on, and with messages that have been published since. It must return
    /// quickly.
    ///
    /// - Parameter place: The sequence number of the last message that is known.
    func subscribe(after place: Int, _ receive: @escaping @Sendable (RoomEvent) -> Void) async throws
}

/// Knows the names that are in use in all processes that share a room.
protocol NameRegistry: Sendable {
    /// Takes a name for a member of this process.
    ///
    /// - Parameter key: Proves that the member is the one that has the name in another process.
    /// - Returns: Whether it is free, or its owner's.
    /// - Throws: Any error that prevents it.
    func take(_ name: ChatName, key: String?) async throws -> Bool

    /// Gives up a name of this process, by the key of the name.
    func release(_ key: String)
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

    func subscribe(after place: Int, _ receive: @escaping @Sendable (RoomEvent) -> Void) {
        subscribers.withLock { $0.append(receive) }
    }
}
