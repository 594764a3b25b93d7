import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

@Suite("HTTP/2, client: connections", .timeLimit(.minutes(5)))
struct HTTP2ClientConnectionTests {
    @Test("GOAWAY: what was not processed goes to another connection, the rest is finished")
    func goAway() async throws {
        let arrived = Events<Void>()
        let proceed = Events<Void>()
        try await withHTTP2Peer { peer, number in
            guard number == 0 else { return try peer.echoPaths() }
            let first = try peer.request().stream
            try peer.headers(first, [":status": "200"])
            arrived.add()
            let second = try peer.request()
            #expect(second.fields[":method"] == "POST")
            try peer.goAway(last: first, 0, "bye")
            try peer.data(first, "first", ends: true)
            proceed.add()
            #expect(try peer.next(.goAway).number == 0)
            #expect(throws: ScriptedConnection.Closed.self) { try peer.read() }
        } test: { client, url in
            let first = try await client.get("\(url)/first")
            try await arrived.next()
            let second = try await client.post("\(url)/second", body: "x")
            let text = try await second.text()
            #expect(text == "/second")
            try await proceed.next()
            let early = try await first.text()
            #expect(early == "first")
            // The first is closed once it has nothing to do.
            try await eventually { client.connectionCounts.total == 1 }
        }
    }

    @Test("GOAWAY with an error ends what is lost with that error")
    func goAwayWithError() async throws {
        try await withHTTP2Peer { peer, _ in
            let stream = try peer.request().stream
            try peer.goAway(last: stream, 2, "broken\n")
            // Not more than that: a reset could overtake the frame.
            peer.connection.closeOutput()
        } test: { client, url in
            await #expect(throws: HTTPClientError.http2(.goAway(.internalError, explanation: "broken\n"))) {
                try await client.get(url)
            }
        }
    }

    @Test("A server that asks for calm is not asked again")
    func calm() async throws {
        try await withHTTP2Peer { peer, number in
            #expect(number == 0)
            _ = try peer.request()
            try peer.goAway(last: 0, 0xB, "too many")
        } test: { client, url in
            await #expect(throws: HTTPClientError.http2(.goAway(.enhanceYourCalm, explanation: "too many"))) {
                try await client.get(url)
            }
        }
    }

    @Test("A connection that is lost fails every request on it")
    func lost() async throws {
        let arrived = Events<Void>()
        try await withHTTP2Peer {
            $0.maximumRetries = 0
        } script: { peer, _ in
            let first = try peer.request().stream
            try peer.headers(first, [":status": "200"])
            try peer.data(first, "abc")
            for _ in 0..<3 { _ = try peer.request() }
            arrived.add()
            peer.connection.reset()
        } test: { client, url in
            let response = try await client.get(url)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        await #expect(throws: HTTPClientError.connectionClosed) { try await client.get(url) }
                    }
                }
            }
            await #expect(throws: HTTPBodyError.connectionClosed) { try await response.collect() }
            try await arrived.next()
        }
    }

    @Test("GET goes to another connection when one that has served before is lost; POST does not")
    func retry() async throws {
        try await withHTTP2Peer { peer, number in
            if number == 1 { return try peer.echoPaths() }
            try peer.respond(try peer.request().stream, "first")
            _ = try peer.request()
            peer.connection.close()
        } test: { client, url in
            _ = try await client.get(url).text()
            let text = try await client.get("\(url)/again").text()
            #expect(text == "/again")
        }
        try await withHTTP2Peer { peer, _ in
            try peer.respond(try peer.request().stream, "first")
            _ = try peer.request()
            peer.connection.close()
        } test: { client, url in
            _ = try await client.get(url).text()
            await #expect(throws: HTTPClientError.connectionClosed) { try await client.post(url, body: "x") }
        }
    }

    @Test("No more requests at once than the server takes; more connections carry the rest, up to the limit")
    func concurrentStreams() async throws {
        let gate = Gate()
        try await withHTTP2Peer(settings: [.maximumConcurrentStreams: 1]) {
            $0.maximumConnectionsPerHost = 2
        } script: { peer, _ in
            while true {
                let request = try peer.request()
                try peer.headers(request.stream, [":status": "200"])
                gate.wait()
                try peer.data(request.stream, request.fields[":path"] ?? "", ends: true)
            }
        } test: { client, url in
            // Their heads come behind the settings.
            let one = try await client.get("\(url)/1")
            let two = try await client.get("\(url)/2")
            #expect(client.connectionCounts.total == 2)
            async let three = client.get("\(url)/3")
            try await eventually { client.core.pool.counts.waiting == 1 }
            for _ in 0..<3 { gate.open() }
            for response in [one, two, try await three] {
                let text = try await response.text()
                #expect(text == response.url.path)
            }
            #expect(client.connectionCounts.total == 2)
        }
    }

    @Test("A server that takes more in the middle gets more")
    func moreStreams() async throws {
        let gate = Gate()
        try await withHTTP2Peer(settings: [.maximumConcurrentStreams: 1]) {
            $0.maximumConnectionsPerHost = 1
        } script: { peer, _ in
            let first = try peer.request().stream
            try peer.headers(first, [":status": "200"])
            gate.wait()
            try peer.send([.maximumConcurrentStreams: 2])
            let second = try peer.request().stream
            try peer.respond(second, "second")
            try peer.data(first, "first", ends: true)
        } test: { client, url in
            let first = try await client.get(url)
            async let second = client.get(url)
            try await eventually { client.core.pool.counts.waiting == 1 }
            gate.open()
            let texts = [try await second.text(), try await first.text()]
            #expect(texts == ["second", "first"])
        }
    }

    @Test("PING is answered")
    func ping() async throws {
        try await withHTTP2Peer { peer, _ in
            let stream = try peer.request().stream
            try peer.write(.init(type: .ping, payload: Array(1...8)))
            let answer = try peer.next(.ping)
            #expect(answer.flags == 1 && answer.payload == Array(1...8))
            try peer.respond(stream, "ok")
        } test: { client, url in
            let text = try await client.get(url).text()
            #expect(text == "ok")
        }
    }

    @Test("A peer that gives no sign of life is given up; one that answers PING is not")
    func deadPeer() async throws {
        let (time, arrived, pinged) = (HeldTime.forTest(), Events<Void>(), Events<Void>())
        try await withHTTP2Peer {
            $0.time = TimeSource(held: time)
        } script: { peer, _ in
            let stream = try peer.request().stream
            arrived.add()
            for _ in 0..<3 {
                let ping = try peer.next(.ping)
                try peer.write(.init(type: .ping, flags: 1, payload: ping.payload))
                pinged.add()
            }
            try peer.respond(stream, "alive")
            _ = try peer.request()
            arrived.add()
            _ = try peer.next(.ping)
            pinged.add()
        } test: { client, url in
            let answer = Task { try await client.get(url).text() }
            try await arrived.next()
            for _ in 0..<3 {
                await time.advance(by: .seconds(15))
                try await pinged.next()
            }
            #expect(try await answer.value == "alive")
            let request = Task { try await client.get(url) }
            try await arrived.next()
            await time.advance(by: .seconds(15))
            try await pinged.next()
            await time.advance(by: client.configuration.http2.pingTimeout)
            let error = await #expect(throws: HTTPClientError.self) { try await request.value }
            guard case .timedOut(.ping, _, _, _) = error else { Issue.record("\(String(describing: error))"); return }
        }
    }

    @Test("A connection without requests says goodbye after a while")
    func idle() async throws {
        let isOver = Events<Bool>()
        try await withHTTP2Peer {
            $0.idleTimeout = .milliseconds(50)
        } script: { peer, _ in
            try peer.respond(try peer.request().stream, "ok")
            let goodbye = try peer.next(.goAway)
            isOver.add(goodbye.payload == [0, 0, 0, 0, 0, 0, 0, 0])
            #expect(throws: ScriptedConnection.Closed.self) { try peer.read() }
        } test: { client, url in
            _ = try await client.get(url).text()
            #expect(try await isOver.next())
            try await eventually { client.connectionCounts.total == 0 }
        }
    }

    @Test("A client that is closed finishes what it has begun, or does not")
    func closing() async throws {
        for force in [false, true] {
            let gate = Gate()
            try await withHTTP2Peer { peer, _ in
                let stream = try peer.request().stream
                try peer.headers(stream, [":status": "200"])
                gate.wait()
                try peer.data(stream, "all", ends: true)
            } test: { client, url in
                let response = try await client.get(url)
                await client.close(force: force)
                await #expect(throws: HTTPClientError.clientClosed) { try await client.get(url) }
                if force {
                    await #expect(throws: HTTPClientError.clientClosed) { try await response.text() }
                    gate.open()
                } else {
                    gate.open()
                    let text = try await response.text()
                    #expect(text == "all")
                    try await eventually { client.connectionCounts.total == 0 }
                }
            }
        }
    }

    @Test("Many first requests at once make one connection")
    func firstRequests() async throws {
        try await withHTTP2Peer { peer, _ in
            try peer.echoPaths()
        } test: { client, url in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<64 {
                    group.addTask { _ = try await client.get(url).text() }
                }
                try await group.waitForAll()
            }
            #expect(client.connectionCounts.total == 1)
        }
    }
}
