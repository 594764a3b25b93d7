import CFuzzer
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// The event loop on which everything under test runs, and how the fuzzer's thread lets it go on.
enum Stage {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    static let loop = group.next()
    private static let executor = StageExecutor()
    private static let wheel = TurnWheel.make()

    /// From now on, tasks run on the loop, also those that would run on the global executor: one thread does everything, so
    /// that an input has the same effect each time, and no thread waits for another.
    static func takeTasks() {
        fuzzer_take_global_jobs { job in
            guard let job else { return }
            Stage.executor.enqueue(unsafeBitCast(job, to: UnownedJob.self))
        }
    }

    /// Lets the loop take what its sockets have and do what it has to do.
    static func turn(_ count: Int = 1) {
        var left = count
        eachTurn {
            left -= 1
            return left >= 0
        }
    }

    /// Calls `body` on the loop, once each time that it has looked at its sockets and has run its tasks, until `body` answers
    /// false. The fuzzer's thread waits.
    static func eachTurn(_ body: () -> Bool) { wheel.run(body) }

    /// Lets the loop go on until something is true; false when that is not so after very many turns.
    static func turns(atMost limit: Int = 20_000, until condition: () -> Bool) -> Bool {
        var (count, isTrue) = (0, condition())
        guard !isTrue else { return true }
        eachTurn {
            isTrue = condition()
            count += 1
            // For timers.
            if count > 100 { usleep(count > 1_000 ? 300 : 50) }
            return !isTrue && count < limit
        }
        return isTrue
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

/// Runs tasks on the loop of ``Stage``.
private final class StageExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) { enqueue(UnownedJob(job)) }

    func enqueue(_ job: UnownedJob) {
        Stage.loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// A socket of the loop that is always readable while the wheel turns. An event of it comes once each time that the loop
/// asks which of its sockets are ready; a task that submits itself again would keep the loop from asking. What runs at each
/// turn runs on the loop's thread: to wake another thread costs more than all else that a turn does.
private final class TurnWheel: ChannelInboundHandler, @unchecked Sendable {
    // Sendable because the fuzzer's thread sets `body` before it sends the first byte, and removes it after the loop has
    // fulfilled the promise; the loop uses it in between.

    typealias InboundIn = ByteBuffer

    private let descriptor: CInt
    private var body: (() -> Bool)?
    private var end: EventLoopPromise<Void>?

    private init(_ descriptor: CInt) { self.descriptor = descriptor }

    static func make() -> TurnWheel {
        var ends: [CInt] = [0, 0]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            fatalError("no socket pair: \(errno)")
        }
        let wheel = TurnWheel(ends[0])
        do {
            _ = try ClientBootstrap(group: Stage.group)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(wheel) }
                }
                .withConnectedSocket(ends[1]).wait()
        } catch {
            fatalError("the loop takes no socket: \(error)")
        }
        return wheel
    }

    func run(_ body: () -> Bool) {
        Stage.loop.preconditionNotInEventLoop()
        let end = Stage.loop.makePromise(of: Void.self)
        withoutActuallyEscaping(body) { body in
            self.body = body
            self.end = end
            push()
            try? end.futureResult.wait()
            self.body = nil
            self.end = nil
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if body?() == true { push() } else { end?.succeed() }
    }

    private func push() {
        guard write(descriptor, "t", 1) == 1 else { fatalError("the wheel is stuck: \(errno)") }
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
        // What timers hold for a while is let go.
        sleep(3)
        Stage.turn(10)
        guard __sanitizer_get_current_allocated_bytes() - (used.first ?? 0) > 64 * Self.tolerance else { return }
        for _ in 0..<200 { run() }
        __sanitizer_print_memory_profile(100, 40)
        fatalError("each run leaves memory behind: \(used)")
    }
}
