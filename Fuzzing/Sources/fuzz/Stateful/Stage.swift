import CFuzzer
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// The event loop on which everything under test runs, and how the fuzzer's thread lets it go on.
enum Stage {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    static let loop = group.next()

    /// Lets the loop take what its sockets have and do what it has to do.
    static func turn(_ count: Int = 1) {
        for _ in 0..<count { try? loop.submit {}.wait() }
    }

    /// Lets the loop go on until something is true; false when that is not so after very many turns.
    static func turns(until condition: () -> Bool) -> Bool {
        for count in 0..<20_000 {
            if condition() { return true }
            turn()
            // Tasks that do not run on the loop.
            if count > 20 { usleep(count > 1_000 ? 300 : 20) }
        }
        return condition()
    }

    /// Waits for something that happens on other threads.
    static func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let result = Mutex<Result<Value, any Error>?>(nil)
        let box = Box(result)
        Task {
            let value: Result<Value, any Error>
            do { value = .success(try await body()) } catch { value = .failure(error) }
            box.result.withLock { $0 = value }
        }
        guard turns(until: { box.result.withLock { $0 != nil } }),
            let value = box.result.withLock({ $0 })
        else { fatalError("what was waited for has not come") }
        return try value.get()
    }

    private final class Box<Value: Sendable>: Sendable {
        let result: Mutex<Result<Value, any Error>?>
        init(_ result: consuming Mutex<Result<Value, any Error>?>) { self.result = result }
    }
}

/// A property of many runs: an input that is run again leaves nothing behind.
struct LeakWatch {
    private static let interval = 256
    private static let tolerance = 64
    private var count = 0

    /// Now and then, runs an input several times more and compares how much memory is in use.
    mutating func check(_ run: () -> Void) {
        run()
        count += 1
        guard count % Self.interval == 0 else { return }
        // Caches and pools fill up at first.
        var used: [Int] = []
        for _ in 0..<6 {
            for _ in 0..<16 { run() }
            Stage.turn(10)
            used.append(__sanitizer_get_current_allocated_bytes())
            let grows = zip(used, used.dropFirst()).allSatisfy { $1 - $0 > 16 * Self.tolerance }
            if used.count > 1, !grows { return }
        }
        fatalError("each run leaves memory behind: \(used)")
    }
}
