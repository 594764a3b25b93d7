import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("Routes for JSON")
struct JSONRouteTests {
    struct NewNote: Codable, Sendable, Validatable {
        var title: String
        var tags: [Tag]?

        struct Tag: Codable, Sendable, Validatable {
            var name: String

            func validate(_ validation: inout Validation) {
                validation.require(!name.isEmpty, "must not be empty", at: "name")
            }
        }

        func validate(_ validation: inout Validation) {
            validation.require((1...10).contains(title.count), "must have 1 to 10 characters", at: "title")
            validation.validate(tags, at: "tags")
        }
    }

    private static var router: Router {
        var router = Router()
        router.post("/notes", json: NewNote.self) { request, note in
            try await request.response.end("POST \(note.title)")
        }
        router.put("/notes/{id}", Int.self, json: NewNote.self) { request, id, note in
            try await request.response.end("PUT \(id) \(note.title)")
        }
        router.patch("/{kind}/{id}", String.self, Int.self, json: NewNote.self) { request, kind, id, note in
            try await request.response.end("PATCH \(kind) \(id) \(note.title)")
        }
        router.on(.delete, "/notes", json: [NewNote].self) { request, notes in
            try await request.response.end("DELETE \(notes.count)")
        }
        return router
    }

    private static let wrong = "The content is not the expected JSON: "

    /// Method, path, type, content, status, text.
    private static let requests: [(HTTPRequest.Method, String, String?, String, Int, String)] = [
        (.post, "notes", "application/json", #"{"title":"a"}"#, 200, "POST a"),
        (.post, "notes", "application/vnd.note+json", #"{"title":"a","tags":[{"name":"b"}],"x":1}"#, 200, "POST a"),
        (.post, "notes", nil, #"{"title":"a"}"#, 200, "POST a"),
        (.put, "notes/7", "application/json", #"{"title":"a"}"#, 200, "PUT 7 a"),
        (.patch, "notes/7", "application/json", #"{"title":"a"}"#, 200, "PATCH notes 7 a"),
        (.delete, "notes", "application/json", #"[{"title":"a"},{"title":"b"}]"#, 200, "DELETE 2"),
        (.put, "notes/x", "application/json", #"{"title":"a"}"#, 404, "Not Found"),
        (.put, "notes/x", "text/plain", "", 404, "Not Found"),
        (.post, "notes", "text/plain", "a", 415, "The content is not application/json."),
        (.post, "notes", "application/x-www-form-urlencoded", "title=a", 415, "The content is not application/json."),
        (.post, "notes", "application/json", "", 400, wrong + "it is empty."),
        (.post, "notes", "application/json", #"{"title":}"#, 400, wrong + #"unexpected "}" at line 1, column 10."#),
        (
            .post, "notes", "application/json", "{\"title\":\"\u{FC}\",\n  \"tags\" []}", 400,
            wrong + #"unexpected "[" at line 2, column 10."#
        ),
        (
            .post, "notes", "application/json", #"{"title":"a"#, 400,
            wrong + "the end comes too early at line 1, column 12."
        ),
        (.post, "notes", "application/json", "{}", 422, wrong + #""title" is missing."#),
        (.post, "notes", "application/json", #"{"title":1}"#, 422, wrong + "expected String at title."),
        (.post, "notes", "application/json", #"{"title":null}"#, 422, wrong + "expected String, found null at title."),
        (.post, "notes", "application/json", "[]", 422, ""),
        (
            .post, "notes", "application/json", #"{"title":"a","tags":[{"name":"b"},{}]}"#, 422,
            wrong + #""name" is missing at tags.[1]."#
        ),
        (
            .post, "notes", "application/json", #"{"title":"","tags":[{"name":"b"},{"name":""}]}"#, 422,
            "The content is not valid: /title must have 1 to 10 characters; /tags/1/name must not be empty."
        ),
        (
            .delete, "notes", "application/json", #"[{"title":"a"},{"title":""}]"#, 422,
            "The content is not valid: /1/title must have 1 to 10 characters."
        ),
    ]

    @Test("hand over what can be decoded, and answer all else by themselves", arguments: Transport.allCases)
    func answers(transport: Transport) async throws {
        try await withServer(over: transport, .bare, Self.router.handler) { server, client in
            for (method, path, type, content, status, text) in Self.requests {
                let response = try await client.send(
                    method,
                    server.url + path,
                    body: .bytes(content.utf8, contentType: type),
                    headers: [.accept: "text/plain"]
                )
                #expect(response.status.code == status, "\(method) \(path) \(content)")
                let answer = try await response.text()
                if !text.isEmpty { #expect(answer == text) }
                guard status == 415 else { continue }
                #expect(response.headers[.accept] == "application/json")
                #expect(response.headers[.acceptPost] == "application/json" && response.headers[.vary] == "Accept")
            }
        }
    }

    @Test("answer 413 to more than the server collects", arguments: Transport.allCases)
    func large(transport: Transport) async throws {
        let configuration = HTTPServer.Configuration.bare.with { $0.maximumCollectedBytes = 20 }
        try await withServer(over: transport, configuration, Self.router.handler) { server, client in
            for (count, status) in [(8, 200), (9, 413)] {
                let title = String(repeating: "a", count: count)
                let body = HTTPRequestBody.text("{\"title\":\"\(title)\"}", contentType: "application/json")
                let response = try await client.post(server.url + "notes", body: body)
                #expect(response.status.code == status)
            }
        }
    }

    @Test("tell programs all mistakes, with JSON pointers", arguments: Transport.allCases)
    func problems(transport: Transport) async throws {
        let mistakes = [
            (
                #"{"title":"","tags":[{"name":""}]}"#,
                #"{"detail":"The content has 2 mistakes.","errors":["#
                    + #"{"detail":"must have 1 to 10 characters","pointer":"/title"},"#
                    + #"{"detail":"must not be empty","pointer":"/tags/0/name"}],"#
                    + #""status":422,"title":"Unprocessable Content"}"#
            ),
            (
                "{}",
                #"{"detail":"The content is not the expected JSON: \"title\" is missing.","errors":["#
                    + #"{"detail":"is missing","pointer":"/title"}],"status":422,"title":"Unprocessable Content"}"#
            ),
        ]
        try await withServer(over: transport, .bare, Self.router.handler) { server, client in
            for (content, report) in mistakes {
                // A report is what a program gets that says nothing about what it likes.
                for accept in [nil, "*/*", "application/json", "application/problem+json"] {
                    let response = try await client.post(
                        server.url + "notes",
                        body: .text(content, contentType: "application/json"),
                        headers: accept.map { [.accept: $0] } ?? [:]
                    )
                    #expect(response.status == .unprocessableContent)
                    #expect(response.headers[.contentType] == "application/problem+json")
                    #expect(response.headers[.vary] == "Accept")
                    #expect(try await response.text() == report)
                }
            }
        }
    }

    @Test("are checked as other routes are")
    func faults() {
        var router = Router()
        router.post("/{id}", Int.self, Int.self, json: Int.self) { _, _, _, _ in }
        router.put("", json: Int.self) { _, _ in }
        router.patch("notes", json: Int.self) { _, _ in }
        let error = #expect(throws: RouterError.self) { try router.validate() }
        #expect(error?.faults.count == 3)
    }
}
