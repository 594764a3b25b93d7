import Martlet
import MartletTesting
import MartletWeb
import Testing

// The code of docs/testing.md.

private struct Note: Codable, Equatable {
    var title: String
}

private func notesRouter() throws -> Router {
    var router = Router()
    router.post("/notes", json: Note.self) { request, note in
        request.response.status = .created
        try await request.response.end(json: note)
    }
    router.get("/visits") { request in
        let session = try await request.session
        let visits = (session["visits"].flatMap { Int($0) } ?? 0) + 1
        session["visits"] = String(visits)
        try await request.response.end("\(visits)")
    }
    router.get("/chat") { request in
        let socket = try await WebSocket.upgrade(request)
        for try await message in socket { try await socket.send(message) }
    }
    router.group("/reports", use: try RequestTimeout(.seconds(60))) { reports in
        reports.post("/yearly") { request in try await request.response.end(try await request.text()) }
    }
    return router
}

@Suite("docs/testing.md")
struct TestingRecipeTests {
    @Test func createsANote() async throws {
        let app = TestServer(try notesRouter())
        let answer = try await app.post("/notes", json: Note(title: "Buy milk"))
        #expect(answer.status == .created, "\(answer)")
        #expect(try answer.json() == Note(title: "Buy milk"))
    }

    @Test(arguments: TestServer.Carrier.allCases)  // .memory, .http1, .http2, .tls
    func createsANote(over carrier: TestServer.Carrier) async throws {
        let app = TestServer(try notesRouter(), over: carrier)
        try await app.post("/notes", json: Note(title: "Buy milk")).expect(.created)
    }

    @Test func countsVisits() async throws {
        let app = TestServer(try notesRouter())
        #expect(try await app.get("/visits").text == "1")
        #expect(try await app.get("/visits").text == "2")
        #expect(try await app.client().get("/visits").text == "1")
    }

    @Test func echoes() async throws {
        let app = TestServer(try notesRouter())
        try await app.webSocket("/chat") { socket in
            try await socket.send("Hello")
            #expect(try await socket.receive() == .text("Hello"))
        }
    }

    @Test func forgetsVisitors() async throws {
        let app = TestServer(try notesRouter())
        #expect(try await app.get("/visits").text == "1")
        await app.time.advance(by: .seconds(21 * 60))
        #expect(try await app.get("/visits").text == "1")
    }

    @Test func isPatientForAMinute() async throws {
        let app = TestServer(try notesRouter())
        let body = HTTPRequestBody.text(String(repeating: "a", count: 100_000))
        let answer = try await app.time.passing {
            try await app.client(.sendsSlowly(300)).post("/reports/yearly", body: body)
        }
        #expect(answer.status == .serviceUnavailable)
        #expect(app.time.now.offset < .seconds(70))
    }

    @Test func survivesLostConnections() async throws {
        let app = TestServer(try notesRouter())
        for count in 0..<100 {
            let client = app.client(.disconnectsAfter(bytes: count))
            await #expect(throws: HTTPClientError.self) { try await client.post("/notes", json: Note(title: "a")) }
        }
        #expect(app.errors.isEmpty)
    }

    @Test func answersCurl() async throws {
        try await withServer(try notesRouter()) { client, url in
            let text = try await client.get(url + "visits").text()
            #expect(text == "1")
        }
    }

    /// The exchange that the document shows.
    @Test func showsTheExchange() async throws {
        let app = TestServer(try notesRouter())
        let answer = try await app.post("/notes", json: [String: String]())
        let error = #expect(throws: UnexpectedResponse.self) { try answer.expect(.created) }
        let text = "\(try #require(error))"
        #expect(
            text.hasPrefix(
                """
                The status is 422 instead of 201.
                * TestServer over memory
                > POST /notes HTTP/1.1
                > Host: localhost
                """
            )
        )
        #expect(text.contains("\n< HTTP/1.1 422 Unprocessable Content\n"))
        #expect(text.hasSuffix(#""status":422,"title":"Unprocessable Content"}"#))
    }
}
