import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// A function of the user's that does not come back, not even when it is cancelled, until the test is over.
private final class Stuck: Sendable {
    private let release = Events<Void>()
    let begun = Events<Void>()
    let cancelled = Events<Void>()

    func wait() async {
        begun.add()
        await withTaskCancellationHandler {
            try? await release.next()
        } onCancel: {
            cancelled.add()
        }
    }

    func end() { release.add() }
}

@Suite("HTTPClient: deadlines of what the user adds", .timeLimit(.minutes(5)))
struct HTTPClientTimeLimitTests {
    enum Place: CaseIterable { case authenticate, authenticateProxy, findProxy, onRedirect, connectionFactory }

    @Test("The total timeout is the time for the user's functions too", arguments: Place.allCases)
    func total(_ place: Place) async throws {
        try await ScriptedServer.run { connection, _ in
            while true {
                let head = try connection.readHead()
                let (status, field) =
                    switch head.split(separator: " ")[1] {
                    case "/authenticate": (401, "WWW-Authenticate: Basic realm=\"r\"")
                    case "/redirect": (302, "Location: /")
                    default: (407, "Proxy-Authenticate: Basic realm=\"r\"")
                    }
                try connection.write("HTTP/1.1 \(status) X\r\n\(field)\r\nContent-Length: 0\r\n\r\n")
            }
        } while: { server in
            let (stuck, time) = (Stuck(), HeldTime.forTest())
            let list = try ProxyList(pac: "PROXY 127.0.0.1:\(server.port)")
            let client = makeClient {
                $0.time = TimeSource(held: time)
                $0.totalTimeout = .seconds(10)
                $0.connectionTimeout = nil
                switch place {
                case .authenticate:
                    $0.authenticate = { _, _ in
                        await stuck.wait(); return nil
                    }
                case .authenticateProxy:
                    $0.findProxy = { _ in list }
                    $0.authenticateProxy = { _, _ in
                        await stuck.wait(); return nil
                    }
                case .findProxy:
                    $0.findProxy = { _ in
                        await stuck.wait(); return .direct
                    }
                case .onRedirect:
                    $0.onRedirect = { _, _ in
                        await stuck.wait(); return true
                    }
                case .connectionFactory:
                    $0.connectionFactory = {
                        await stuck.wait(); return .host($0.host, port: $0.port)
                    }
                }
            }
            let path =
                switch place {
                case .authenticate: "/authenticate"
                case .onRedirect: "/redirect"
                default: "/"
                }
            let port = server.port
            let request = Task { _ = try await client.get("http://127.0.0.1:\(port)\(path)") }
            try await stuck.begun.next()
            await time.advance(by: .seconds(10))
            await #expect(
                throws: HTTPClientError.timedOut(.total, host: "127.0.0.1", port: port, after: .seconds(10))
            ) {
                try await request.value
            }
            // The factory works for every request that may use its connection, so one of them does not stop it.
            if place != .connectionFactory { try await stuck.cancelled.next() }
            stuck.end()
        }
    }

    @Test("Cancelling the request does not wait for the user's functions")
    func cancellation() async throws {
        let stuck = Stuck()
        let asked = Events<Void>()
        let client = makeClient {
            $0.totalTimeout = .seconds(60)
            $0.findProxy = { _ in
                asked.add()
                await stuck.wait()
                return .direct
            }
        }
        let request = Task { try await client.get("http://a.test/") }
        try await asked.next()
        request.cancel()
        await #expect(throws: CancellationError.self) { _ = try await request.value }
        try await stuck.cancelled.next()
        stuck.end()
    }

    @Test("The connection timeout is the time for the factory too, and what comes too late is closed")
    func connectionFactory() async throws {
        let stuck = Stuck()
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        let descriptor = try SystemSocket.open(bind: address, v6Only: false, reusePort: false)
        let client = makeClient {
            $0.connectionTimeout = .milliseconds(50)
            $0.connectionFactory = { destination in
                #expect(destination.host == "a.test" && destination.port == 80)
                await stuck.wait()
                return .socket(descriptor)
            }
        }
        let late = HTTPClientError.timedOut(.connection, host: "a.test", port: 80, after: .milliseconds(50))
        await #expect(throws: late) { try await within { _ = try await client.get("http://a.test/") } }
        try await stuck.cancelled.next()
        #expect(client.connectionCounts.total == 0)
        stuck.end()
        try await eventually { (try? SystemSocket.localAddress(of: descriptor)) == nil }
    }

    @Test("A stub has the same time as a server")
    func stub() async throws {
        let stuck = Stuck()
        let client = makeClient { $0.totalTimeout = .milliseconds(50) }
        await HTTPClient.withOverride { _ in
            await stuck.wait()
            return .text("late")
        } operation: {
            let late = HTTPClientError.timedOut(.total, host: "a.test", port: 80, after: .milliseconds(50))
            await #expect(throws: late) { try await within { _ = try await client.get("http://a.test/") } }
        }
        stuck.end()
    }

    @Test("What a function throws is what the request throws")
    func errors() async throws {
        struct Failure: Error {}
        for timeout in [nil, Duration.seconds(60)] {
            let finding = makeClient {
                $0.totalTimeout = timeout
                $0.findProxy = { _ in throw Failure() }
            }
            await #expect(throws: Failure.self) { _ = try await finding.get("http://a.test/") }
            let connecting = makeClient {
                $0.connectionTimeout = timeout
                $0.connectionFactory = { _ in throw Failure() }
            }
            await #expect(throws: Failure.self) { _ = try await connecting.get("http://a.test/") }
            #expect(connecting.connectionCounts.total == 0)
        }
    }
}
