import NIOCore
import Synchronization

/// The small files that were asked for last, by the path of the request.
///
/// There are two generations: what is asked for moves to the young one, and when that is full it becomes the old one and
/// the old one is dropped. That bounds the memory, and costs no bookkeeping on a hit.
final class ResourceCache: Sendable {
    private struct State {
        var young: [String: FileResource] = [:]
        var old: [String: FileResource] = [:]
        var youngBytes = 0
    }

    /// What an entry takes beside its content, roughly.
    private static let overhead = 1024
    /// What an open file counts as: descriptors are scarcer than memory.
    private static let openFile = 262_144 - overhead

    private let maximumBytes: Int
    private let state = Mutex(State())

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    subscript(key: String) -> FileResource? {
        state.withLock { state in
            if let resource = state.young[key] { return resource }
            guard let resource = state.old.removeValue(forKey: key) else { return nil }
            insert(resource, key, &state)
            return resource
        }
    }

    func insert(_ resource: FileResource, for key: String) {
        guard cost(resource, key) * 2 <= maximumBytes else { return }
        state.withLock { insert(resource, key, &$0) }
    }

    func remove(_ key: String) {
        state.withLock { state in
            if let resource = state.young.removeValue(forKey: key) { state.youngBytes -= cost(resource, key) }
            state.old[key] = nil
        }
    }

    /// How many bytes the entries take.
    var byteCount: Int {
        state.withLock { state in
            state.youngBytes + state.old.reduce(0) { $0 + cost($1.value, $1.key) }
        }
    }

    private func insert(_ resource: FileResource, _ key: String, _ state: inout State) {
        if let present = state.young.updateValue(resource, forKey: key) { state.youngBytes -= cost(present, key) }
        state.youngBytes += cost(resource, key)
        if state.youngBytes > maximumBytes / 2 {
            state.old = state.young
            state.young = [:]
            state.youngBytes = 0
        }
    }

    private func cost(_ resource: FileResource, _ key: String) -> Int {
        switch resource.content {
        case .memory(let bytes): bytes.readableBytes + key.utf8.count * 2 + Self.overhead
        case .file: Self.openFile + Self.overhead
        }
    }
}
