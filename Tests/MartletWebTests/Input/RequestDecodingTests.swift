import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("Requests, decoded by their types")
struct RequestDecodingTests {
    private struct Note: Codable, Sendable, Validatable {
        var title: String
        var stars: Int?
        var tags: [String]

        func validate(_ validation: inout Validation) {
            validation.require(!title.isEmpty, "must not be empty", at: "title")
            validation.forEach(tags, at: "tags") { $0.require($1.count < 5, "must be short") }
        }
    }

    private struct Picture: Decodable {
        var title: String
        var file: UploadedFile?
        var more: [UploadedFile]
    }

    private static let handler: HTTPServer.Handler = { request in
        switch request.url.path {
        case "/query": try await request.response.end(json: try request.query(Note.self))
        case "/picture":
            let picture = try await request.decode(Picture.self)
            let file = try await picture.file?.text() ?? "nil"
            try await request.response.end("\(picture.title) \(file) \(picture.more.map(\.fileName))")
        default: try await request.response.end(json: try await request.decode(Note.self))
        }
    }

    private static let json = "application/json", urlEncoded = "application/x-www-form-urlencoded"
    private static let note = #"{"stars":5,"tags":["b"],"title":"a"}"#

    /// Target, type, content, `Accept`, status, text.
    private static let requests: [(String, String?, String, String, Int, String)] = [
        ("", json, note, "text/plain", 200, note),
        ("", nil, note, "text/plain", 200, note),
        ("", urlEncoded, "title=a&stars=5&tags=b", "text/plain", 200, note),
        ("", urlEncoded + "; charset=utf-8", "title=%C3%BC", "text/plain", 200, "{\"tags\":[],\"title\":\"\u{FC}\"}"),
        ("", formType, form(("name=title", "a"), ("name=stars", "5"), ("name=tags", "b")), "*/*", 200, note),
        (
            "picture", formType,
            form(("name=title", "a"), ("name=file; filename=f", "hello"), ("name=more; filename=\"g\"", "x")), "*/*",
            200,
            "a hello [\"g\"]"
        ),
        ("picture", formType, form(("name=title", "a"), ("name=file; filename=\"\"", "")), "*/*", 200, "a nil []"),
        (
            "picture", formType, form(("name=title", "a"), ("name=file", "text")), "text/plain", 422,
            "The content is not valid: file expected a file."
        ),
        ("", "text/plain", "a", "text/plain", 415, "The content is neither JSON nor a form."),
        ("", "application/xml", "a", "text/plain", 415, "The content is neither JSON nor a form."),
        (
            "", json, "{", "text/plain", 400,
            "The content is not the expected JSON: the end comes too early at line 1, column 2."
        ),
        ("", urlEncoded, "title=%FF", "text/plain", 400, ""),
        ("", formType, "nothing", "text/plain", 400, ""),
        ("", "multipart/form-data", "nothing", "text/plain", 400, ""),
        ("", urlEncoded, "stars=5", "text/plain", 422, "The content is not valid: title is missing."),
        (
            "", urlEncoded, "title=&tags=b&tags=longer", "application/json", 422,
            #"{"detail":"The content has 2 mistakes.","errors":[{"detail":"must not be empty","field":"title"},"#
                + #"{"detail":"must be short","field":"tags"}],"status":422,"title":"Unprocessable Content"}"#
        ),
        (
            "", json, #"{"title":"a","tags":["longer"]}"#, "application/json", 422,
            #"{"detail":"The content has a mistake.","errors":[{"detail":"must be short","pointer":"/tags/0"}],"#
                + #""status":422,"title":"Unprocessable Content"}"#
        ),
        ("query?title=a&stars=5&tags=b", nil, "", "text/plain", 200, note),
        ("query?title=%FF", nil, "", "text/plain", 400, ""),
        ("query?" + String(repeating: "a&", count: 1_001), nil, "", "text/plain", 400, ""),
        (
            "query?title=a&stars=many", nil, "", "application/problem+json", 422,
            #"{"detail":"The query has a mistake.","errors":[{"detail":"expected Int","parameter":"stars"}],"#
                + #""status":422,"title":"Unprocessable Content"}"#
        ),
        ("query", nil, "", "text/plain", 422, "The query is not valid: title is missing."),
        ("query?title=", nil, "", "text/plain", 422, "The query is not valid: title must not be empty."),
    ]

    @Test("are values, or are answered by themselves", arguments: Transport.allCases)
    func answers(transport: Transport) async throws {
        try await withServer(over: transport, .bare, Self.handler) { server, client in
            for (target, type, content, accept, status, text) in Self.requests {
                let response = try await client.post(
                    server.url + target,
                    body: .bytes(content.utf8, contentType: type),
                    headers: [.accept: accept]
                )
                #expect(response.status.code == status, "\(target) \(type ?? "-") \(content)")
                let answer = try await response.text()
                if !text.isEmpty { #expect(answer == text) }
                guard status == 415 else { continue }
                let types = "application/json, application/x-www-form-urlencoded, multipart/form-data"
                #expect(response.headers[.accept] == types && response.headers[.acceptPost] == types)
            }
        }
    }

    @Test("are refused above the limits, and from pages that hide their type", arguments: Transport.allCases)
    func limits(transport: Transport) async throws {
        let handler: HTTPServer.Handler = { request in
            var limits = FormLimits()
            limits.textBytes = 10
            try await request.response.end(json: try await request.decode(Note.self, limits: limits))
        }
        try await withServer(over: transport, .bare, handler) { server, client in
            let long = HTTPRequestBody.text("title=aaaaaaaaaaa", contentType: Self.urlEncoded)
            #expect(try await client.post(server.url, body: long).status.code == 413)
            let hidden = HTTPRequestBody.bytes(Self.note.utf8)
            let response = try await client.post(server.url, body: hidden, headers: [.origin: "https://b.example"])
            #expect(response.status.code == 415)
        }
    }

    @Test("have the names and dates of the server's format", arguments: Transport.allCases)
    func format(transport: Transport) async throws {
        struct Plan: Codable, Validatable {
            var dueDay: Int
            func validate(_ validation: inout Validation) {
                validation.require(dueDay > 0, "must be positive", at: "dueDay")
            }
        }
        let configuration = HTTPServer.Configuration.bare.with { $0.json = JSONFormat(keys: .snakeCase) }
        let handler: HTTPServer.Handler = { try await $0.response.end(json: try await $0.decode(Plan.self)) }
        try await withServer(over: transport, configuration, handler) { server, client in
            let json = "application/json"
            for (type, good, bad, missing) in [
                (json, #"{"due_day":1}"#, #"{"due_day":0}"#, "{}"),
                (Self.urlEncoded, "due_day=1", "due_day=0", "dueDay=1"),
            ] {
                let response = try await client.post(server.url, body: .text(good, contentType: type))
                #expect(try await response.text() == #"{"due_day":1}"#)
                for content in [bad, missing] {
                    let refused = try await client.post(server.url, body: .text(content, contentType: type))
                    let text = try await refused.text()
                    #expect(text.contains(type == json ? #""pointer":"/due_day""# : #""field":"due_day""#), "\(text)")
                }
            }
        }
    }
}
