import Martlet
import NIOCore
import NIOPosix
import Synchronization

/// Compresses files on threads that do nothing else: each file once, however many requests ask for it at the same time.
final class FileCompressions: Sendable {
    /// What is compressed: a file as it is now.
    struct Key: Sendable, Hashable {
        let key: CacheKey
        let facts: FileFacts
    }

    private typealias Waiter = CheckedContinuation<FileResource?, Never>

    /// How many files may be compressed or wait for it. What is beyond is sent as it is, which costs less time.
    private static let limit = 16
    /// Half of the cores: compressing must not take all of them from the event loops.
    private static let threads = {
        let threads = NIOThreadPool(numberOfThreads: max(1, System.coreCount / 2))
        threads.start()
        return threads
    }()

    private let begun = Atomic(0)
    private let work = Mutex(SharedWork<Key, Waiter>(limit: limit))

    /// How many files have been compressed so far.
    var count: Int { begun.load(ordering: .relaxed) }

    func countOne() { begun.add(1, ordering: .relaxed) }

    /// What `make` returns, or what another task's has; nil where it fails, or too much is to be done already.
    func result(for key: Key, _ make: @escaping @Sendable () throws -> FileResource) async -> FileResource? {
        await withCheckedContinuation { continuation in
            switch work.withLock({ $0.join(key, continuation) }) {
            case .waits:
                break
            case .isRefused:
                continuation.resume(returning: nil)
            case .begins:
                Self.threads.submit { _ in
                    let result = try? make()
                    for waiter in self.work.withLock({ $0.finish(key) }) { waiter.resume(returning: result) }
                }
            }
        }
    }
}
