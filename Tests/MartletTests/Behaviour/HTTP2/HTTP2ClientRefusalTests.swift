import HTTPTypes
import HTTPWire
import NIOCore
import NIOPosix
import Testing

@testable import Martlet

/// Requests that the server has provably not processed (RFC 9113 section 8.7).
@Suite("HTTP/2, client: refused requests", .timeLimit(.minutes(5)))
struct HTTP2ClientRefusalTests {
    /// Sends requests at once, and checks that each is answered with its path.
    private func load(
        _ count: Int,
        _ client: HTTPClient,
        _ url: String,
        body: @escaping @Sendable () -> HTTPRequestBody? = { nil }
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask {
                    let body = body()
                    let response = try await client.send(body == nil ? .get : .post, "\(url)/\(number)", body: body)
                    let text = try await response.text()
                    #expect(text == "/\(number)")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("C10: a server that says goodbye after some requests gets all of them in the end", arguments: [1, 7])
    func goAway(perConnection: Int) async throws {
        try await withHTTP2Peer { peer, _ in
            for count in 1...perConnection {
                let request = try peer.request()
                if count == perConnection { try peer.goAway(last: request.stream) }
                try peer.respond(request.stream, request.fields[":path"] ?? "")
            }
        } test: { client, url in
            try await load(40, client, url)
        }
    }

    @Test("C10: so does one that refuses streams while it answers others")
    func refusedStreams() async throws {
        try await withHTTP2Peer { peer, _ in
            while true {
                // Of three in a row it does the first.
                let request = try peer.request()
                try peer.respond(request.stream, request.fields[":path"] ?? "")
                for _ in 0..<2 { try peer.reset(try peer.request().stream, 7) }
            }
        } test: { client, url in
            try await load(40, client, url)
        }
    }

    @Test("C10: contents that are read again from their source have no fewer chances")
    func streamed() async throws {
        try await withHTTP2Peer { peer, _ in
            for count in 1...3 {
                let request = try peer.request()
                if count == 3 { try peer.goAway(last: request.stream) }
                try peer.respond(request.stream, request.fields[":path"] ?? "")
            }
        } test: { client, url in
            try await load(24, client, url) {
                HTTPRequestBody(length: nil, contentType: nil, isRepeatable: true) { body in
                    try await body.send(.text("abc"))
                }
            }
        }
    }

    @Test("C10: a server that only says goodbye is not asked for ever")
    func inVain() async throws {
        let connections = Shared(0)
        try await withHTTP2Peer { peer, _ in
            connections.change { $0 += 1 }
            _ = try peer.request()
            try peer.goAway(last: 0)
        } test: { client, url in
            await #expect(throws: HTTPClientError.http2(.goAway(.noError, explanation: ""))) {
                _ = try await client.get(url)
            }
            #expect(connections.value == 3)
        }
    }

    @Test("C10: nginx that closes connections after 7 requests answers 100 at once")
    func nginx() async throws {
        let certificates = try await Certificates.make()
        try await SecureNginx.run(certificates, locations: "keepalive_requests 7;") { server in
            let client = certificates.makeClient()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        let response = try await client.get("\(server.secureURL)/hello")
                        #expect(response.version == .http2)
                        let text = try await response.text()
                        #expect(text == "Hello, world!")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    // MARK: Giving up

    @Test("C21: whoever gives a request up is told once the server has been")
    func toldAfterwards() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (hasArrived, isTold) = (Events<Void>(), Shared(false))
        let (gate, rest) = (Gate(), Events<[UInt8]>())
        try await withHTTP2Peer {
            $0.eventLoopGroup = group
        } script: { peer, _ in
            _ = try peer.request()
            hasArrived.add()
            gate.wait()
            rest.add(peer.connection.readAvailable())
        } test: { client, url in
            let task = Task { try await client.get(url) }
            try await hasArrived.next()
            // Nothing can be sent now.
            let holdUp = Gate()
            group.next().execute { holdUp.wait() }
            task.cancel()
            let waiting = Task {
                await #expect(throws: CancellationError.self) { try await task.value }
                isTold.change { $0 = true }
                gate.open()
            }
            try await Task.sleep(for: .milliseconds(30))
            #expect(!isTold.value)
            holdUp.open()
            await waiting.value
            let bytes = try await rest.next()
            // RST_STREAM of the stream 1 with CANCEL; the acknowledgement of SETTINGS may come behind it.
            #expect(bytes.firstRange(of: [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8]) != nil, "\(bytes)")
        }
        try await group.shutdownGracefully()
    }

    @Test("C21: a client that is closed says GOAWAY")
    func goodbye() async throws {
        let frames = Events<HTTP2Peer.FrameType>()
        try await withHTTP2Peer { peer, _ in
            let request = try peer.request()
            try peer.respond(request.stream, "done")
            while let frame = try? peer.read() {
                if frame.type == .goAway { #expect(Array(frame.payload[4...]) == [0, 0, 0, 0]) }
                if frame.type == .goAway { frames.add(.goAway) }
            }
            frames.add(.data)
        } test: { client, url in
            let text = try await client.get(url).text()
            #expect(text == "done")
            await client.close()
            let first = try await frames.next()
            #expect(first == .goAway)
            let second = try await frames.next()
            #expect(second == .data)
        }
    }
}
