import Dispatch
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Martlet

/// A resolver whose names beginning with `dead` are not found until the test ends.
private final class Names: Sendable {
    let asked = Mutex<[String: Int]>([:])
    private let gate = DispatchSemaphore(value: 0)

    func resolve(_ host: String) -> NameResolver.Outcome {
        asked.withLock { $0[host, default: 0] += 1 }
        if host.hasPrefix("dead") {
            gate.wait()
            // Open for all.
            gate.signal()
        }
        guard !host.hasPrefix("none"), let address = try? SocketAddress(ipAddress: "192.0.2.7", port: 0) else {
            return .failure(SocketError(operation: "look up \(host)", code: nil, message: "unknown"))
        }
        return .success([address])
    }

    func open() {
        gate.signal()
    }
}

@Suite("M6: looking names up", .timeLimit(.minutes(5)))
struct NameResolverTests {
    @Test("goes on beside names whose server does not answer, and other work too")
    func stalled() async throws {
        let names = Names()
        let resolver = NameResolver(threadCount: 2, timeout: .seconds(20)) { names.resolve($0) }
        // However many ask for a dead name, it takes one thread.
        let answers = Events<Int>()
        for _ in 0..<50 { resolver.lookUp("dead", port: 1) { answers.add((try? $0.get().count) ?? 0) } }
        #expect(try await resolver.addresses(of: "a", port: 80).map { $0.port } == [80])
        #expect(try await resolver.addresses(of: "b", port: 443).map { $0.port } == [443])
        await #expect(throws: SocketError.self) { try await resolver.addresses(of: "none", port: 1) }
        // The threads for files are others.
        #expect(try await NIOThreadPool.singleton.runIfActive { 1 } == 1)
        names.open()
        for _ in 0..<50 { #expect(try await answers.next() == 1) }
        #expect(names.asked.withLock { $0["dead"] } == 1)
    }

    @Test("ends in time, whatever the system does")
    func timeout() async throws {
        let names = Names()
        let resolver = NameResolver(threadCount: 1, timeout: .milliseconds(20)) { names.resolve($0) }
        for name in ["dead", "dead", "waiting"] {
            let error = await #expect(throws: SocketError.self) {
                try await InternetAddress(name).socketAddresses(port: 1, resolver: resolver)
            }
            #expect(error?.description == "Couldn't look up \(name): the name lookup has timed out")
        }
        names.open()
    }

    @Test("is bounded")
    func limit() async throws {
        let names = Names()
        let resolver = NameResolver(threadCount: 1, timeout: .seconds(20)) { names.resolve($0) }
        let outcomes = Events<Bool>()
        for number in 0..<NameResolver.limit + 1 {
            resolver.lookUp("dead\(number)", port: 1) {
                if case .failure = $0 { outcomes.add(true) } else { outcomes.add(false) }
            }
        }
        // The last one is refused at once; the others are answered.
        #expect(try await outcomes.next())
        let error = await #expect(throws: SocketError.self) {
            try await InternetAddress("another").socketAddresses(port: 1, resolver: resolver)
        }
        #expect(error?.description == "Couldn't look up another: too many name lookups are in progress")
        names.open()
        for _ in 0..<NameResolver.limit { #expect(try await !outcomes.next()) }
    }

    @Test("the client connects by what it finds, with its port and both families")
    func system() async throws {
        let addresses = try await NameResolver.shared.addresses(of: "localhost", port: 8080)
        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { $0.port == 8080 })
        let found = try await InternetAddress("localhost").lookup()
        #expect(found.contains(.loopbackIPv4) || found.contains(.loopbackIPv6))
        await #expect(throws: SocketError.self) { try await InternetAddress("martlet.invalid").lookup() }
        // A zone that this machine has not.
        await #expect(throws: SocketError.self) { try await InternetAddress("fe80::1%none").lookup() }
    }
}
