import CLibrary
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

/// Many clients that come and go.
@Suite("Feeds of events under load", .serialized, .timeLimit(.minutes(5)))
struct EventFeedLoadTests {
    private static let eventCount = 10_000

    /// The feed's events as they are on the wire: a client's bytes are compared with them, which is quicker than to parse
    /// two million events.
    private struct Wire: Sendable {
        let bytes: [UInt8]
        /// Where the event with the number of the index begins, but for the first, which is number 1.
        let ends: [Int]

        init() {
            var (bytes, ends) = ([UInt8](), [0])
            for number in 1...EventFeedLoadTests.eventCount {
                bytes += Array("id: e-\(number)\ndata: \(number)\n\n".utf8)
                ends.append(bytes.count)
            }
            self.bytes = bytes
            self.ends = ends
        }

        /// How many events are complete in so many bytes.
        func events(in count: Int) -> Int {
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if ends[middle] <= count { low = middle + 1 } else { high = middle }
            }
            return low - 1
        }
    }

    /// A client that is killed again and again, at any byte, and continues after the last event that was complete.
    private struct Client {
        let wire: Wire
        let client: HTTPClient
        let url: String
        var received = 0
        var kills = 0
        /// Whether a byte was another than that which comes next.
        var isWrong = false

        mutating func run() async throws {
            while received < EventFeedLoadTests.eventCount, !isWrong {
                try await connect(until: Int.random(in: 0..<100_000))
            }
        }

        private mutating func connect(until limit: Int) async throws {
            let response = try await client.get(url, headers: [.lastEventID: "e-\(received)"])
            let greeting = "retry: 2000\n\nid: e-\(received)\n\n"
            var expected = Array(greeting.utf8)[...]
            let start = wire.ends[received]
            var offset = start
            for try await bytes in response.body {
                var bytes = bytes
                let head = bytes.readBytes(length: min(bytes.readableBytes, expected.count)) ?? []
                guard expected.starts(with: head) else { return isWrong = true }
                expected = expected.dropFirst(head.count)
                let count = bytes.readableBytes
                guard offset + count <= wire.bytes.count else { return isWrong = true }
                let isSame = bytes.withUnsafeReadableBytes { read in
                    wire.bytes.withUnsafeBytes { all in
                        guard let left = read.baseAddress, let right = all.baseAddress else { return count == 0 }
                        return memcmp(left, right + offset, count) == 0
                    }
                }
                guard isSame else { return isWrong = true }
                offset += count
                if offset == wire.bytes.count { break }
                if offset - start >= limit {
                    kills += 1
                    // What came after the kill is lost, wherever that cuts an event.
                    offset = start + limit
                    break
                }
            }
            received = wire.events(in: offset)
        }
    }

    @Test(
        "10,000 events reach 200 clients that are killed at random, none missed, none twice",
        arguments: Transport.allCases
    )
    func everything(transport: Transport) async throws {
        var settings = EventFeed.Configuration()
        settings.replay = Self.eventCount
        settings.maximumLag = Self.eventCount
        let feed = EventFeed(configuration: settings, ids: EventIDs(epoch: "e"))
        let configuration = HTTPServer.Configuration.bare.with {
            // All the kills come over a few connections.
            $0.http2.maximumAbandonedStreams = .max
            $0.http2.maximumControlFrames = .max
        }
        let wire = Wire()
        try await withServer(over: transport, configuration, feed.handler) { server, _ in
            let url = server.url
            // A connection of HTTP/2 has room for a hundred streams.
            let clients = (0..<4).map { _ in makeClient { $0.http2 = transport == .http2 ? .always : .never } }
            let kills = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<200 {
                    let client = clients[number % 4]
                    group.addTask {
                        var reader = Client(wire: wire, client: client, url: url)
                        try await reader.run()
                        #expect(!reader.isWrong && reader.received == Self.eventCount)
                        return reader.kills
                    }
                }
                try await eventually { feed.subscriberCount > 100 }
                for start in stride(from: 1, to: Self.eventCount, by: 100) {
                    feed.publish((start..<start + 100).map { ServerSentEvent("\($0)") })
                    try await Task.sleep(for: .milliseconds(1))
                }
                return try await group.reduce(0, +)
            }
            for client in clients { await client.close(force: true) }
            #expect(kills > 200)
            try await eventually { feed.subscriberCount == 0 }
        }
    }

    @Test(
        "Clients that don't read are cut off; they take no memory, and the others miss nothing",
        arguments: Transport.allCases
    )
    func stalled(transport: Transport) async throws {
        var settings = EventFeed.Configuration()
        settings.replay = 100
        settings.maximumLag = 50
        settings.replayBytes = 4_000_000
        settings.keepAlive = .milliseconds(100)
        let feed = EventFeed(configuration: settings, ids: EventIDs(epoch: "e"))
        let large = String(repeating: "x", count: 30_000)
        try await withServer(over: transport, .bare, feed.handler) { server, client in
            let other = makeClient {
                $0.http2 = transport == .http2 ? .always : .never
                $0.http2.streamWindow = 65_536
            }
            // Their responses are not read.
            var stalled: [HTTPClientResponse] = []
            for _ in 0..<20 { stalled.append(try await other.get(server.url)) }
            var reader = try await EventStreamReader.open(client, server.url)
            #expect(feed.subscriberCount == 21)
            var number = 0
            // How much the system buffers for each is its own affair.
            while feed.subscriberCount > 1, number < 10_000 {
                feed.publish((0..<20).map { _ in ServerSentEvent(large) })
                number += 20
                #expect(feed.byteCount <= 4_000_000)
                for expected in number - 19...number {
                    let event = try await reader.next()
                    #expect(event?.id == "e-\(expected)")
                }
                // Those that are behind get a second.
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(feed.subscriberCount == 1)
            for response in stalled {
                await #expect(throws: (any Error).self) { _ = try await response.collect() }
            }
            await other.close(force: true)
        }
    }
}
