import Foundation
import HTTPTypes
import HTTPWire
import Martlet
import TestProcesses
import Testing

@Suite(.timeLimit(.minutes(2)))
struct TodoServerTests {
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
        try await withProgram("todo-server", "--port", "0") { program in
            let url = program.url
            let client = try await introduced(program)
            let added = try await client.post(
                url + "/todos",
                body: .json(["title": "Build the nest.", "due": "2027-04-01T12:00:00Z"])
            )
            #expect(added.status == .created)
            #expect(added.headers[.location] == "/todos/1")
            let text =
                #"{"author":"Ada","due":"2027-04-01T12:00:00Z","id":1,"isDone":false,"title":"Build the nest.","version":1}"#
            #expect(try await added.text() == text)
            let other = try await introduced(program, "Han")
            try await other.post(url + "/todos", body: .json(["title": "Sing."])).success()

            let found = try await client.get(url + "/todos/1")
            #expect(found.headers[.eTag] == "\"1.1\"")
            #expect(try await found.text() == text)
            let known = try await client.get(url + "/todos/1", headers: [.ifNoneMatch: "\"1.1\""])
            #expect(known.status == .notModified)

            let changed = try await other.patch(
                url + "/todos/1",
                body: .json(["isDone": true]),
                headers: [.ifMatch: "\"1.1\""]
            )
            #expect(try await changed.json()["version"]?.integer == 2)
            let late = try await client.patch(
                url + "/todos/1",
                body: .json(["title": "Build two."]),
                headers: [.ifMatch: "\"1.1\""]
            )
            #expect(late.status == .preconditionFailed)

            let lists: [(String, [Int64])] = [
                ("", [2, 1]), ("?done=true", [1]), ("?done=false", [2]), ("?limit=1", [2]),
            ]
            for (query, ids) in lists {
                let list = try await client.get(url + "/todos" + query).success().json()
                #expect(list["todos"]?.array?.compactMap { $0["id"]?.integer } == ids, "\(query)")
            }
            let removed = try await client.delete(url + "/todos/2")
            #expect(removed.status == .noContent)
            let gone = try await client.delete(url + "/todos/2")
            #expect(gone.status == .notFound)
        }
    }

    @Test func answersMistakesWithProblems() async throws {
        try await withProgram("todo-server", "--port", "0") { program in
            let client = try await introduced(program)
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
                let response = try await client.send(method, program.url + path, body: body, headers: fields)
                #expect(response.status.code == code, "\(method) \(path)")
                #expect(response.headers.contentType?.essence == "application/problem+json", "\(method) \(path)")
                #expect(try await response.json()["status"]?.integer == Int64(code))
            }
        }
    }

    @Test func collectsAllMistakes() async throws {
        try await withProgram("todo-server", "--port", "0") { program in
            let client = try await introduced(program)
            let response = try await client.post(
                program.url + "/todos",
                body: .json(["title": "\n"]),
                headers: [.accept: "application/json"]
            )
            let errors = try await response.json()["errors"]?.array
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
        try await withProgram("todo-server", "--port", "0") { program in
            let client = try await introduced(program)
            var codes: [Int] = []
            for _ in 0..<40 {
                codes.append(try await client.post(program.url + "/todos", body: .json(["title": "a"])).status.code)
            }
            #expect(codes.prefix(29).allSatisfy { $0 == 201 })
            #expect(codes.contains(429))
            let response = try await client.get(program.url + "/todos")
            #expect(response.status == .ok, "reading is not limited")
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
