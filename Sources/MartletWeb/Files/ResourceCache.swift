import NIOCore
import Synchronization

/// The small files that were requested last, by their paths in the one form that ``RelativePath`` gives them: however a
/// client spells a path, it finds the same entry.
///
/// There are two generations: requested entries move to the young one; when that is full, it becomes the old one, and
/// the previous old one is dropped. This bounds the memory without bookkeeping on a hit.
final class ResourceCache: Sendable {
    private struct State {
        var young: [CacheKey: FileResource] = [:]
        var old: [CacheKey: FileResource] = [:]
        var youngBytes = 0
    }

    /// The bytes that an entry takes besides its content, roughly.
    private static let overhead = 1024
    /// The bytes that an open file counts as: descriptors are scarcer than memory.
    private static let openFile = 262_144 - overhead

    private let maximumBytes: Int
    private let state = Mutex(State())

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    subscript(key: CacheKey) -> FileResource? {
        state.withLock { state in
            if let resource = state.young[key] { return resource }
            guard let resource = state.old.removeValue(forKey: key) else { return nil }
            insert(resource, key, &state)
            return resource
        }
    }

    func insert(_ resource: FileResource, for key: CacheKey) {
        guard cost(resource, key) * 2 <= maximumBytes else { return }
        state.withLock { insert(resource, key, &$0) }
    }

    func remove(_ key: CacheKey) {
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

    private func insert(_ resource: FileResource, _ key: CacheKey, _ state: inout State) {
        if let present = state.young.updateValue(resource, forKey: key) { state.youngBytes -= cost(present, key) }
        state.youngBytes += cost(resource, key)
        if state.youngBytes > maximumBytes / 2 {
            state.old = state.young
            state.young = [:]
            state.youngBytes = 0
        }
    }

    private func cost(_ resource: FileResource, _ key: CacheKey) -> Int {
        switch resource.content {
        case .memory(let bytes): bytes.readableBytes + key.text.utf8.count * 2 + Self.overhead
        case .file: Self.openFile + Self.overhead
        }
    }
}

/// A text that equals another one if its bytes do. Strings are equal even when only canonically equivalent, like `K`
/// and the Kelvin sign.
struct CacheKey: Sendable, Hashable, CustomStringConvertible {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    var description: String { text }

    static func == (left: CacheKey, right: CacheKey) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        text.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            ?? text.utf8.forEach { hasher.combine($0) }
    }
}
