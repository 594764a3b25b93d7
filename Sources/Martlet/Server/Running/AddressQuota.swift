import Synchronization

/// Counts the connections of each client, where `maximumConnectionsPerAddress` limits them.
final class AddressQuota: Sendable {
    private let counts = Mutex<[ClientNetwork: Int]>([:])

    /// The number of clients with connections.
    var count: Int { counts.withLock { $0.count } }

    /// Counts a connection. Returns false, with nothing counted, if its client has as many as it may.
    func admit(_ client: ClientNetwork, limit: Int) -> Bool {
        counts.withLock { counts in
            let count = counts[client, default: 0]
            guard count < limit else { return false }
            counts[client] = count + 1
            return true
        }
    }

    /// A connection that was counted has ended.
    func release(_ client: ClientNetwork) {
        counts.withLock { counts in
            guard let count = counts[client] else { return }
            counts[client] = count > 1 ? count - 1 : nil
        }
    }
}
