import Martlet
import Testing

@Suite("The deadline of a response")
struct ResponseDeadlineTests {
    @Test("tears the connection down and cancels the handler", arguments: [true, false])
    func passes(isHeadSent: Bool) async throws {
        let (time, arrived, cancelled) = (HeldTime.forTest(), Events<Void>(), Events<Bool>())
        try await withServer(.bare.held(by: time)) { request in
            if isHeadSent {
                try await request.response.write("part")
                try await request.response.flush()
            }
            request.response.deadline = .seconds(30)
            #expect(request.response.deadline == .seconds(30))
            arrived.add()
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            try await arrived.next()
            await time.advance(by: .milliseconds(29_999))
            #expect(cancelled.all.isEmpty)
            await time.advance(by: .milliseconds(1))
            let text = try await client.receiveToEnd()
            #expect(text == (isHeadSent ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n" : ""))
            #expect(try await cancelled.next())
        }
    }

    @Test("can be moved, cleared and set while the response is being sent")
    func changes() async throws {
        let time = HeldTime.forTest()
        try await withServer(.bare.held(by: time)) { request in
            let response = request.response
            response.deadline = .milliseconds(1)
            response.deadline = .seconds(60)
            response.deadline = .milliseconds(1)
            response.deadline = nil
            #expect(response.deadline == nil)
            let passing = Task { await time.advance(by: .seconds(30)) }
            await passing.value
            try await response.write("a")
            try await response.flush()
            response.deadline = .seconds(60)
            try await response.end("b")
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send(get())
                #expect(try await client.response().text == "ab")
            }
        }
    }

    @Test("means nothing once the response was ended")
    func ended() async throws {
        let time = HeldTime.forTest()
        try await withServer(.bare.held(by: time)) { request in
            request.response.deadline = .milliseconds(10)
            try await request.response.end("done")
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            _ = try await client.response()
            await time.advance(by: .seconds(1))
            client.send(get())
            #expect(try await client.response().text == "done")
        }
    }
}
