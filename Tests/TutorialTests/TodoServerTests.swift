import ArgumentParser
import Foundation
import HTTPTypes
import HTTPWire
import Martlet
import MartletTesting
import TestProcesses
import Testing

@testable import tutorial

@Suite(.timeLimit(.minutes(5)))
struct TodoServerTests {
    /// The program's handler, with a list of its own.
    private func withTodos(
        over carrier: TestServer.Carrier = .memory,
        _ test: (TestServer) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "todos.sqlite").path
            let program = try await TodoServer(options: .parse(["--file", file]), console: Console())
            let app = TestServer(program, over: carrier)
            try await test(app)
            await app.close()
        }
    }

    private func introduced(_ app: TestServer, _ name: String = "Ada") async throws -> TestClient {
        let client = app.client()
        let visitor = try await client.put("/visitor", json: ["name": name]).expect(.ok).json(JSONValue.self)
        #expect(visitor["name"]?.string == name)
        return client
    }

    /// A client with a session, which has said its name.
    private func introduced(_ program: RunningProgram, _ name: String = "Ada") async throws -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.cookieJar = CookieJar()
        let client = HTTPClient(configuration: configuration)
        let visitor = try await client.put(program.url + "/visitor", body: .json(["name": name])).success().json()
        #expect(visitor["name"]?.string == name)
        return client
    }

    @Test func keepsAList() async throws {
        try await withTodos { app in
            let client = try await introduced(app)
            let added = try await client.post(
                "/todos",
                body: .json(["title": "Build the nest.", "due": "2027-04-01T12:00:00Z"])
            )
            #expect(added.status == .created)
            #expect(added.headers[.location] == "/todos/1")
            #expect(added.headers[.eTag] == "\"1.1\"")
            let text =
                #"{"author":"Ada","due":"2027-04-01T12:00:00Z","id":1,"isDone":false,"title":"Build the nest.","version":1}"#
            #expect(added.text == text)
            let other = try await introduced(app, "Han")
            try await other.post("/todos", body: .json(["title": "Sing."])).expect(.created)

            let found = try await client.get("/todos/1")
            #expect(found.headers[.eTag] == "\"1.1\"")
            #expect(found.text == text)
            let known = try await client.get("/todos/1", headers: [.ifNoneMatch: "\"1.1\""])
            #expect(known.status == .notModified)

            let changed = try await other.patch(
                "/todos/1",
                body: .json(["isDone": true]),
                headers: [.ifMatch: "\"1.1\""]
            )
            #expect(try changed.json(JSONValue.self)["version"]?.integer == 2)
            #expect(changed.headers[.eTag] == "\"1.2\"")
            let late = try await client.patch(
                "/todos/1",
                body: .json(["title": "Build two."]),
                headers: [.ifMatch: "\"1.1\""]
            )
            #expect(late.status == .preconditionFailed)
            let tooLate = try await client.delete("/todos/1", headers: [.ifMatch: "\"1.1\""])
            #expect(tooLate.status == .preconditionFailed)

            let lists: [(String, [Int64])] = [
                ("", [2, 1]), ("?done=true", [1]), ("?done=false", [2]), ("?limit=1", [2]),
            ]
            for (query, ids) in lists {
                let list = try await client.get("/todos" + query).json(JSONValue.self)
                #expect(list["todos"]?.array?.compactMap { $0["id"]?.integer } == ids, "\(query)")
            }
            let removed = try await client.delete("/todos/2")
            #expect(removed.status == .noContent)
            let gone = try await client.delete("/todos/2")
            #expect(gone.status == .notFound)
        }
    }

    @Test func answersMistakesWithProblems() async throws {
        try await withTodos { app in
            let client = try await introduced(app)
            let cases: [(HTTPRequest.Method, String, HTTPRequestBody?, HTTPFields, Int)] = try [
                (.get, "/todos/7", nil, [:], 404), (.get, "/todos/seven", nil, [:], 404),
                (.get, "/other", nil, [:], 404),
                (.get, "/todos?done=perhaps", nil, [:], 422), (.get, "/todos?limit=0", nil, [:], 422),
                (.put, "/todos", .json(["title": "a"]), [:], 405),
                (.post, "/todos", .text("{"), [.contentType: "application/json"], 400),
                (.post, "/todos", .text("title=a"), [.contentType: "text/plain"], 415),
                (.post, "/todos", .json(["name": "a"]), [:], 422), (.post, "/todos", .json(["title": " "]), [:], 422),
                (.post, "/todos", .json(["title": "a\nb"]), [:], 422),
                (.post, "/todos", .json(["title": "a", "due": "tomorrow"]), [:], 422),
                (.patch, "/todos/1", .json([String: String]()), [:], 422),
                (.get, "/events", nil, [.accept: "application/json"], 406),
                (.post, "/todos", .json(["title": "a"]), [.origin: "https://example.com"], 403),
            ]
            for (method, path, body, fields, code) in cases {
                var fields = fields
                if fields[.accept] == nil { fields[.accept] = "application/json" }
                let response = try await client.send(method, path, body: body, headers: fields)
                #expect(response.status.code == code, "\(method) \(path)")
                #expect(response.headers.contentType?.essence == "application/problem+json", "\(method) \(path)")
                #expect(try response.json(JSONValue.self)["status"]?.integer == Int64(code))
            }
        }
    }

    @Test func collectsAllMistakes() async throws {
        try await withTodos { app in
            let client = try await introduced(app)
            let response = try await client.post(
                "/todos",
                body: .json(["title": "\n"]),
                headers: [.accept: "application/json"]
            )
            let errors = try response.json(JSONValue.self)["errors"]?.array
            #expect(errors?.map { $0["pointer"]?.string } == ["/title", "/title"])
            let details = ["must be one line", "must have 1 to 200 characters, not only spaces"]
            #expect(errors?.map { $0["detail"]?.string } == details)
        }
    }

    @Test func wantsANameForChanges() async throws {
        try await withProgram("todo-server", "--port", "0") { program in
            let reply = try await program.curl("/todos", "--json", #"{"title":"a"}"#)
            #expect(reply.status == 403)
            #expect(
                reply.body.contains("Say your name first: PUT /visitor {\"name\": \"Ada\"}.")
                    || reply.body.contains("Say your name first")
            )
            #expect(reply.headers["set-cookie"] == nil)
            let list = try await program.curl("/todos")
            #expect(list.headers["set-cookie"] == nil, "reading begins no session")
            let client = try await introduced(program)
            let visitor = try await client.get(program.url + "/visitor").success().json()
            #expect(visitor["name"]?.string == "Ada")
            try await client.delete(program.url + "/visitor").success()
            let gone = try await client.get(program.url + "/visitor")
            #expect(gone.status == .forbidden)
        }
    }

    @Test func limitsChanges() async throws {
        try await withTodos { app in
            let client = try await introduced(app)
            var codes: [Int] = []
            for _ in 0..<40 {
                codes.append(try await client.post("/todos", json: ["title": "a"]).status.code)
            }
            // The first of thirty was the name.
            #expect(codes == Array(repeating: 201, count: 29) + Array(repeating: 429, count: 11))
            try await client.get("/todos").expect(.ok)
            // Two a second come back.
            await app.time.advance(by: .milliseconds(500))
            try await client.post("/todos", json: ["title": "a"]).expect(.created)
            try await client.post("/todos", json: ["title": "a"]).expect(.tooManyRequests)
        }
    }

    @Test(arguments: TestServer.Carrier.allCases)
    func tellsOfChanges(over carrier: TestServer.Carrier) async throws {
        try await withTodos(over: carrier) { app in
            let client = try await introduced(app)
            let events = try await app.events("/events?after=")
            var iterator = events.makeAsyncIterator()
            try await client.post("/todos", json: ["title": "Sing."]).expect(.created)
            let event = try #require(try await iterator.next())
            #expect(event.name == "change" || event.name == "reset")
        }
    }

    @Test func keepsTheListWhenItIsStartedAgain() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "list.sqlite").path
            for count in 1...2 {
                try await withProgram("todo-server", "--port", "0", "--file", file) { program in
                    let client = try await introduced(program)
                    try await client.post(program.url + "/todos", body: .json(["title": "\(count)"])).success()
                    let list = try await client.get(program.url + "/todos").success().json()
                    #expect(list["todos"]?.array?.count == count)
                }
            }
        }
    }

    @Test func saysThatTheFileIsNoList() async throws {
        try await withTemporaryDirectory { directory in
            try Data("This is no database, but a text that is long enough.".utf8)
                .write(to: directory.appending(path: "todos.sqlite"))
            let process = try startTutorial(["todo-server", "--port", "0"], in: directory)
            #expect(await process.exitStatus == 1)
            let errors = await process.errors.text
            #expect(errors.hasPrefix("Error: todo-server: todos.sqlite can't be used: "))
            #expect(errors.hasSuffix(" Choose another file with --file.\n"))
        }
    }
}
