import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("Timeouts of requests")
struct RequestTimeoutTests {
    /// The time of the server, which only the tests move.
    private let time = HeldTime.forTest()

    private static let timeout = Duration.seconds(60)

    private var held: HTTPServer.Configuration { .bare.held(by: time) }

    /// Has the time of a request be over soon.
    private func move() {
        let time = time
        Task { await time.advance(by: Self.timeout + .seconds(1)) }
    }

    /// Waits until the time of a request is over, and its task is cancelled.
    private func outlast() async throws {
        move()
        try await untilCancelled()
    }

    @Test("cancel the handler and answer 503, in the form of what is around", arguments: Transport.allCases)
    func cancelling(transport: Transport) async throws {
        let cancelled = Events<Bool>()
        let timeout = try RequestTimeout(Self.timeout)
        let handler = timeout.wrapping { request in
            do {
                try await outlast()
            } catch {
                cancelled.add(error is CancellationError)
                throw error
            }
        }
        try await withServer(over: transport, held, ErrorPages().wrapping(handler)) { server, client in
            for _ in 0..<2 {
                let request = try client.open(.get, server.url)
                request.headers[.accept] = "application/problem+json"
                let response = try await request.end()
                #expect(response.status == .serviceUnavailable)
                #expect(response.headers[.contentType] == "application/problem+json")
                #expect(try await response.text().contains("The request took too long."))
                #expect(try await cancelled.next())
            }
        }
    }

    @Test("answer 503 whatever the handler makes of its cancellation", arguments: Transport.allCases)
    func returning(transport: Transport) async throws {
        let handler = try RequestTimeout(Self.timeout).wrapping { request in
            do {
                try await outlast()
            } catch {
                if request.target == "/error" { throw HTTPError(.notFound) }
                if request.target == "/answer" { return try await request.response.end("nevertheless") }
                if request.target == "/write" { try await request.response.write("part") }
            }
        }
        try await withServer(over: transport, held, handler) { server, client in
            for (path, status) in [("", 503), ("error", 503), ("answer", 200)] {
                let response = try await client.get(server.url + path)
                #expect(response.status.code == status, "\(path)")
            }
            await #expect(throws: (any Error).self, "not all of a response") {
                _ = try await client.get(server.url + "write").text()
            }
        }
    }

    @Test("don't wait for a handler that goes on", arguments: Transport.allCases)
    func ignoring(transport: Transport) async throws {
        let proceed = Events<Void>()
        let failed = Events<Bool>()
        let handler = try RequestTimeout(Self.timeout).wrapping { request in
            move()
            try await proceed.next()
            do {
                try await request.response.end("too late")
                failed.add(false)
            } catch {
                failed.add(true)
            }
        }
        try await withServer(over: transport, held, handler) { server, client in
            let response = try await client.get(server.url)
            #expect(response.status == .serviceUnavailable)
            #expect(try await response.text() == "The request took too long.")
            proceed.add()
            #expect(try await failed.next())
        }
    }

    @Test("break off a response that is being sent", arguments: Transport.allCases)
    func streaming(transport: Transport) async throws {
        let handler = try RequestTimeout(Self.timeout).wrapping { request in
            try await request.response.write("part")
            try await request.response.flush()
            try await outlast()
        }
        try await withServer(over: transport, held, handler) { server, client in
            let response = try await client.get(server.url)
            #expect(response.status == .ok)
            await #expect(throws: (any Error).self) { _ = try await response.text() }
        }
    }

    @Test("leave alone what is answered in time, and what comes after", arguments: Transport.allCases)
    func inTime(transport: Transport) async throws {
        let proceed = Events<Void>()
        let ended = Events<Bool>()
        let handler = try RequestTimeout(Self.timeout).wrapping { request in
            if request.target == "/slow" { try await outlast() }
            try await request.response.end("fine")
            guard request.target == "/after" else { return }
            try await proceed.next()
            ended.add(!Task.isCancelled)
        }
        try await withServer(over: transport, held, handler) { server, client in
            for path in ["", "", "after"] {
                let text = try await client.get(server.url + path).text()
                #expect(text == "fine")
            }
            // The time of this one, on another connection, is up later.
            let other = makeClient { $0.http2 = transport == .http2 ? .always : .never }
            let slow = try await other.get(server.url + "slow")
            #expect(slow.status == .serviceUnavailable)
            proceed.add()
            let isUndisturbed = try await ended.next()
            #expect(isUndisturbed)
            await other.close(force: true)
        }
    }

    @Test("close a connection of HTTP/1, whose task is cancelled, and no other")
    func bytes() async throws {
        let handler = try RequestTimeout(Self.timeout).wrapping { request in
            if request.target == "/slow" { try await outlast() }
            try await request.response.end("fine")
        }
        try await withServer(held, handler) { server in
            let text = try await server.transcript(of: get() + get("/slow") + get("/never"))
            #expect(
                text == "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
                    + "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 26\r\n\r\n"
                    + "The request took too long."
            )
        }
    }

    @Test("apply to a group of routes; the shortest counts")
    func groups() async throws {
        var router = Router()
        router.use(try RequestTimeout(.seconds(600)))
        router.get("/calm") { try await $0.response.end("calm") }
        try router.group("/hasty", use: RequestTimeout(Self.timeout)) { hasty in
            hasty.get("/") { _ in try await outlast() }
        }
        try await withServer(held, router.handler) { server in
            let hasty = try await server.response(to: get("/hasty/"))
            #expect(hasty.status == 503)
            let calm = try await server.response(to: get("/calm"))
            #expect(calm.text == "calm")
        }
    }

    @Test("are more than zero", arguments: [Duration.zero, .seconds(-1)])
    func invalid(timeout: Duration) {
        #expect(throws: MiddlewareError.invalidTimeout(timeout)) { _ = try RequestTimeout(timeout) }
        #expect(MiddlewareError.invalidTimeout(timeout).description.hasPrefix("\(timeout)"))
    }
}
