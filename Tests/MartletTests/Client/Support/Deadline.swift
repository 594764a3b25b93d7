import HTTPTypes
import Testing

@testable import Martlet

/// Something took too long.
struct TookTooLong: Error {}

/// Runs `body` and cancels it after a while, so that no test hangs.
func within<Result: Sendable>(
    _ limit: Duration = .seconds(10),
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TookTooLong()
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw TookTooLong() }
        return first
    }
}

/// Waits until `condition` holds.
func eventually(_ limit: Duration = .seconds(5), _ condition: @Sendable () -> Bool) async throws {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while !condition() {
        guard clock.now < end else { throw TookTooLong() }
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// A client that no proxy of the environment comes between.
func makeClient(_ change: (inout HTTPClient.Configuration) -> Void = { _ in }) -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    change(&configuration)
    return HTTPClient(configuration: configuration)
}
