#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a measured client is asked to do: the program's arguments, `URL CONCURRENCY WARM-UP SECONDS`.
public struct ClientLoad: Sendable {
    public let url: String
    public let concurrency: Int
    private let warmUp: Duration
    private let time: Duration

    /// Reads the program's arguments.
    public init() {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let concurrency = Int(arguments[2]), concurrency > 0,
            let warmUp = Double(arguments[3]), let seconds = Double(arguments[4])
        else {
            print("usage: \(arguments[0]) URL CONCURRENCY WARM-UP SECONDS")
            exit(64)
        }
        self.url = arguments[1]
        self.concurrency = concurrency
        self.warmUp = .seconds(warmUp)
        self.time = .seconds(seconds)
    }

    /// Calls `get`, which answers how many bytes of content it got, over and over from as many tasks as are asked for,
    /// and prints what that took as a line of JSON.
    public func run(_ get: @escaping @Sendable () async throws -> Int) async throws {
        _ = try await round(warmUp, get)
        let cpu = Self.processMicroseconds()
        let start = ContinuousClock.now
        let (requests, bytes) = try await round(time, get)
        let elapsed = (ContinuousClock.now - start) / .microseconds(1)
        let spent = Self.processMicroseconds() - cpu
        print(#"{"requests": \#(requests), "bytes": \#(bytes), "microseconds": \#(elapsed), "cpu": \#(spent)}"#)
    }

    private func round(
        _ time: Duration,
        _ get: @escaping @Sendable () async throws -> Int
    ) async throws -> (requests: Int, bytes: Int) {
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            let end = ContinuousClock.now + time
            for _ in 0..<concurrency {
                group.addTask {
                    var requests = 0
                    var bytes = 0
                    repeat {
                        bytes += try await get()
                        requests += 1
                    } while ContinuousClock.now < end
                    return (requests, bytes)
                }
            }
            var sum = (requests: 0, bytes: 0)
            for try await (requests, bytes) in group {
                sum.requests += requests
                sum.bytes += bytes
            }
            return sum
        }
    }

    /// User and system time of the whole process.
    private static func processMicroseconds() -> Int {
        var now = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
        return now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
    }
}
