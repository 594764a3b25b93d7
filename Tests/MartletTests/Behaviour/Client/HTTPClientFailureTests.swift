import CLibrary
import Dispatch
import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization
import Testing

@testable import Martlet

@Suite("HTTPClient: servers that misbehave", .timeLimit(.minutes(5)))
struct HTTPClientFailureTests {
    private static let responses = [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\nA: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello",
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\nA: b\r\n\r\n",
    ]

    @Test("A server that hangs up on every connection is an error, and no wait")
    func closesAtOnce() async throws {
        try await ScriptedServer.run { _, _ in
            // Nothing: the connection is closed.
        } while: { server in
            let client = makeClient()
            // Whether the end of the connection is seen before its beginning is a matter of luck.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        await #expect(throws: HTTPClientError.connectionClosed) {
                            _ = try await within { try await client.get(server.url) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await eventually { client.connectionCounts.total == 0 }
        }
    }

    @Test("A server that falls silent at any byte of a response is left after the read timeout", arguments: responses)
    func silentAnywhere(_ response: String) async throws {
        let bytes = Array(response.utf8)
        try await ScriptedServer.run { connection, _ in
            let target = try connection.readHead().split(separator: " ")[1]
            try connection.write(Array(bytes.prefix(Int(target.dropFirst()) ?? 0)))
            try connection.readToEnd()
        } while: { server in
            let client = makeClient { $0.readTimeout = .milliseconds(150) }
            let late = HTTPClientError.timedOut(
                .read,
                host: "127.0.0.1",
                port: server.port,
                after: .milliseconds(150)
            )
            let url = server.url
            try await withThrowingTaskGroup { group in
                for length in 0..<bytes.count {
                    group.addTask {
                        await #expect(throws: late, "after \(length) bytes") {
                            try await within {
                                let response = try await client.get("\(url)/\(length)")
                                _ = try await response.text()
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(client.connectionCounts.total == 0)
        }
    }

    @Test("A connection closed, or reset, at any byte of a response gives an error", arguments: responses)
    func closedAnywhere(_ response: String) async throws {
        let bytes = Array(response.utf8)
        for resets in [false, true] {
            try await ScriptedServer.run { connection, number in
                try connection.readHead()
                try connection.write(Array(bytes.prefix(number)))
                if resets { connection.reset() }
            } while: { server in
                let client = makeClient { $0.maximumRetries = 0 }
                for length in 0..<bytes.count {
                    let failure = await #expect(throws: (any Error).self) {
                        try await within {
                            let response = try await client.get("\(server.url)/")
                            _ = try await response.text()
                        }
                    }
                    #expect(!(failure is TookTooLong), "after \(length) bytes")
                    let isExpected =
                        failure as? HTTPClientError == .connectionClosed
                        || failure as? HTTPBodyError == .connectionClosed
                    #expect(isExpected, "after \(length) bytes: \(String(describing: failure))")
                }
            }
        }
    }

    @Test("A content that only the end of the connection ends is not ended by a reset (RFC 9112 section 8)")
    func resetInContent() async throws {
        let isRead = DispatchSemaphore(value: 0)
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 200 OK\r\n\r\nhalf")
            _ = isRead.wait(timeout: .now() + 20)
            connection.reset()
        } while: { server in
            let response = try await makeClient { $0.maximumRetries = 0 }.get("\(server.url)/")
            var content = response.body.makeAsyncIterator()
            #expect(try await content.next() == ByteBuffer(string: "half"))
            isRead.signal()
            await #expect(throws: HTTPBodyError.connectionClosed) { _ = try await content.next() }
        }
    }

    @Test(
        "What is not HTTP is refused",
        arguments: [
            "HTTP/2.0 200 OK\r\n\r\n", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nA b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: \(String(repeating: "b", count: 70_000))\r\n\r\n",
        ]
    )
    func malformed(_ text: String) async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write(text)
            try connection.readToEnd()
        } while: { server in
            let client = makeClient()
            let url = server.url
            let failure = await #expect(throws: HTTPClientError.self) {
                try await within { _ = try await client.get("\(url)/") }
            }
            guard case .malformedResponse = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }

    @Test("A bad chunk ends the content with an error")
    func badChunk() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n")
            try connection.readToEnd()
        } while: { server in
            let client = makeClient()
            let response = try await client.get("\(server.url)/")
            var received = ""
            let failure = await #expect(throws: HTTPBodyError.self) {
                for try await bytes in response.body { received += String(buffer: bytes) }
            }
            #expect(received == "abc")
            guard case .malformed = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }

    @Test("A flood of informational responses ends")
    func informationalFlood() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            while true { try connection.write("HTTP/1.1 103 Early Hints\r\n\r\n") }
        } while: { server in
            let client = makeClient()
            let url = server.url
            await #expect(throws: HTTPClientError.tooManyInformationalResponses(limit: 16)) {
                try await within { _ = try await client.get("\(url)/") }
            }
        }
    }

    @Test("A server that has finished sending is read to its end, and not asked again")
    func halfClose() async throws {
        try await ScriptedServer.run { connection, number in
            let head = try connection.readHead()
            switch head.split(separator: " ")[1] {
            case "/whole": try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole")
            case "/end": try connection.write("HTTP/1.1 200 OK\r\n\r\nuntil the end")
            case "/early": try connection.write("HTTP/1.1 413 No\r\nContent-Length: 5\r\n\r\nearly")
            default: try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal")
            }
            connection.closeOutput()
            // The client closes its side too.
            try connection.readToEnd()
        } while: { server in
            let client = makeClient()
            let url = server.url
            let texts = try await within {
                var texts = [try await client.get("\(url)/whole").text(), try await client.get("\(url)/end").text()]
                let endless = AsyncStream(unfolding: { ByteBuffer(repeating: 0x61, count: 10_000) })
                texts.append(try await client.post("\(url)/early", body: .stream(endless)).text())
                return texts
            }
            #expect(texts == ["whole", "until the end", "early"])
            await #expect(throws: HTTPBodyError.connectionClosed) {
                try await within { _ = try await client.get("\(url)/half").text() }
            }
            #expect(server.connectionCount == 4)
            try await eventually { client.connectionCounts.total == 0 }
        }
    }

    @Test("A head without end ends")
    func endlessHead() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 200 OK\r\n")
            while true { try connection.write("A: b\r\n") }
        } while: { server in
            let client = makeClient()
            let url = server.url
            await #expect(throws: HTTPClientError.self) { try await within { _ = try await client.get("\(url)/") } }
        }
    }

    @Test("Garbage after a response does not reach the next")
    func garbageAfter() async throws {
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            // In one piece: what arrives once the next request is on its way can't be told from its response.
            let garbage = number == 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil" : ""
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)" + garbage)
            try connection.readToEnd()
        } while: { server in
            let client = makeClient()
            for number in 0..<2 {
                let text = try await client.get("\(server.url)/").text()
                #expect(text == "\(number)")
            }
            #expect(server.connectionCount == 2)
        }
    }

    @Test("Unsolicited bytes on a free connection close it")
    func unsolicited() async throws {
        let (go, signal) = AsyncStream.makeStream(of: Void.self)
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
            if number == 0 {
                // The client's second head never comes on this connection.
                signal.yield()
                usleepUntilClientIsIdle()
                try connection.write("HTTP/1.1 408 Request Timeout\r\n\r\n")
            }
            try connection.readToEnd()
        } while: { server in
            let client = makeClient()
            #expect(try await client.get("\(server.url)/").text() == "0")
            for await _ in go { break }
            try await eventually { client.connectionCounts.total == 0 }
            #expect(try await client.get("\(server.url)/").text() == "1")
        }
    }

    @Test("An early answer stops the content, and the connection closes")
    func earlyResponse() async throws {
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            if number == 0 {
                try connection.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
            } else {
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
            try connection.readToEnd()
        } while: { server in
            let client = makeClient()
            let endless = AsyncStream(unfolding: { ByteBuffer(repeating: 0x61, count: 10_000) })
            let url = server.url
            try await within {
                let response = try await client.post("\(url)/", body: .stream(endless))
                #expect(response.status == .contentTooLarge)
                #expect(try await response.text() == "no")
                _ = try await client.get("\(url)/")
            }
            #expect(server.connectionCount == 2)
        }
    }

    @Test("A server that says nothing is left after the read timeout, a slow request after the total timeout")
    func timeouts() async throws {
        try await ScriptedServer.run { connection, _ in
            let head = try connection.readHead()
            if head.contains("/begin") { try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab") }
            try connection.readToEnd()
        } while: { server in
            let url = server.url
            let port = server.port
            let reading = makeClient { $0.readTimeout = .milliseconds(60) }
            let expected = HTTPClientError.timedOut(.read, host: "127.0.0.1", port: port, after: .milliseconds(60))
            await #expect(throws: expected) { try await within { _ = try await reading.get("\(url)/") } }
            await #expect(throws: expected) {
                try await within { _ = try await reading.get("\(url)/begin").text() }
            }
            let total = makeClient { $0.totalTimeout = .milliseconds(60) }
            let late = HTTPClientError.timedOut(.total, host: "127.0.0.1", port: port, after: .milliseconds(60))
            await #expect(throws: late) { try await within { _ = try await total.get("\(url)/") } }
            await #expect(throws: late) { try await within { _ = try await total.get("\(url)/begin").text() } }
            #expect(reading.connectionCounts.total == 0)
        }
    }

    @Test("Nobody listens; nobody has the name")
    func noServer() async throws {
        let server = try DeadPort()
        let client = makeClient()
        let url = server.url
        let refused = await #expect(throws: HTTPClientError.self) {
            try await within { _ = try await client.get("\(url)/") }
        }
        #expect(refused?.description.contains("refused") == true)
        let unknown = await #expect(throws: HTTPClientError.self) {
            try await within(.seconds(20)) { _ = try await client.get("http://no-such-host.invalid/") }
        }
        #expect(unknown?.description.hasPrefix("Couldn't look up no-such-host.invalid: ") == true)
    }
}

/// Gives the client the time to take its response; what follows is awaited by the test.
private func usleepUntilClientIsIdle() {
    var time = timespec(tv_sec: 0, tv_nsec: 20_000_000)
    nanosleep(&time, nil)
}
