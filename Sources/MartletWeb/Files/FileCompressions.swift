import Martlet
import NIOCore
import NIOPosix
import Synchronization

/// Compresses files on dedicated threads: each file once, however many requests ask for it at the same time.
final class FileCompressions: Sendable {
    /// A file in its current state.
    struct Key: Sendable, Hashable {
        let key: CacheKey
        let metadata: FileMetadata
    }

    private typealias Waiter = CheckedContinuation<FileResource?, Never>

    /// How many files may be compressed or wait for it. Further ones are sent uncompressed, which takes less time.
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

    /// The result of `make`, or of that of another task; nil when it fails, or too many files are waiting.
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
