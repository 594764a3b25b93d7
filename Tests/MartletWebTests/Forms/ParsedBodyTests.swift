import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

@Suite("A content as what its media type says it is (Dart's HttpBodyHandler)")
struct ParsedBodyTests {
    private static func describe(_ body: ParsedBody) async throws -> String {
        switch body {
        case .text(let text): return "\(body.type) \(text)"
        case .json(let value): return "\(body.type) \(value)"
        case .form(let form):
            var lines = form.fields.map { "\($0.name)=\($0.value)" }
            for file in form.files { lines.append("\(file.fileName):\(try await file.text())") }
            return "\(body.type) \(lines.joined(separator: ","))"
        case .binary(let bytes): return "\(body.type) \(bytes.readableBytes)"
        }
    }

    static let contents: [(String?, String, String)] = [
        ("text/plain", "gr\u{FC}n", "text gr\u{FC}n"), ("text/html; charset=us-ascii", "<p>", "text <p>"),
        ("application/json", "{\"a\":[1,2.5,null,true,\"x\"]}", "json {a: [1, 2.5, null, true, x]}"),
        ("application/problem+json", "7", "json 7"), ("application/json; charset=utf-8", "\"\u{FC}\"", "json \u{FC}"),
        ("application/x-www-form-urlencoded", "a=1&b=2", "form a=1,b=2"),
        (formType, form(("name=a", "1"), ("name=f; filename=x", "2")), "form a=1,x:2"),
        ("application/octet-stream", "abc", "binary 3"), (nil, "abc", "binary 3"), ("nonsense", "abc", "binary 3"),
        ("multipart/mixed; boundary=b", "abc", "binary 3"), ("text/plain", "", "text "), (nil, "", "binary 0"),
        ("application/json", "{", "400"), ("application/json", "", "400"),
        ("text/plain; charset=us-ascii", "\u{FC}", "400"), ("text/plain; charset=koi8-r", "a", "415"),
        (formType, "x", "400"), ("text/plain", String(repeating: "a", count: 1_048_577), "413"),
    ]

    @Test("of a request", arguments: contents.indices)
    func request(index: Int) async throws {
        let (type, content, expected) = Self.contents[index]
        try await withServer { request in
            try await request.response.end(Self.describe(request.parsedBody()))
        } test: { server in
            let response = try await server.response(to: post(content, type: type))
            #expect((response.status == 200 ? response.text : "\(response.status)") == expected)
        }
    }

    @Test("of a response", arguments: contents.indices.filter { !contents[$0].2.hasPrefix("4") })
    func response(index: Int) async throws {
        let (type, content, expected) = Self.contents[index]
        try await withServer { request in
            request.response.headers[.contentType] = type
            try await request.response.end(content)
        } test: { server in
            let response = try await HTTPClient.shared.get(server.url)
            #expect(try await Self.describe(response.parsedBody()) == expected)
        }
    }

    @Test("with a character set for text that names none")
    func encoding() async throws {
        try await withServer { request in
            try await request.response.end(Self.describe(request.parsedBody(encoding: .latin1)))
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n")
            client.send(ByteBuffer(bytes: [0xFC]))
            #expect(try await client.response().text == "text \u{FC}")
        }
    }

    @Test("untyped JSON is looked into")
    func json() async throws {
        try await withServer { request in
            let value = try await request.json()
            #expect(value["a"]?[0]?.string == "x")
            #expect(value["a"]?[1]?.integer == 7)
            #expect(value["a"]?[2]?.number == 1.5)
            #expect(value["a"]?[3]?.bool == true)
            #expect(value["a"]?[4] == .null)
            #expect(value["a"]?[5] == nil && value["b"] == nil && value[0] == nil && value["a"]?["x"] == nil)
            #expect(value["a"]?[1]?.number == 7 && value["a"]?.string == nil && value.bool == nil)
            try await request.response.end(json: value)
        } test: { server in
            let text = #"{"a":["x",7,1.5,true,null],"n":9007199254740993}"#
            let response = try await server.response(to: post(text, type: nil))
            #expect(response.text == text)
            let refusal = try await server.response(to: post("[", type: nil))
            #expect(refusal.status == 400)
        }
    }

    @Test(
        "S11: a content in a content coding, and S19: of another type, are refused with what is accepted",
        arguments: [
            ("/form", formType, ["Content-Encoding: gzip"], "identity", nil),
            ("/multipart", formType, ["Content-Encoding: gzip"], "identity", nil),
            ("/parsed", "text/plain", ["Content-Encoding: br"], "identity", nil),
            ("/form", "text/plain", [], nil, "application/x-www-form-urlencoded, multipart/form-data"),
            ("/multipart", "application/json", [], nil, "multipart/form-data"),
            ("/multipart", nil, [], nil, "multipart/form-data"),
        ] as [(String, String?, [String], String?, String?)]
    )
    func refused(target: String, type: String?, fields: [String], coding: String?, accept: String?) async throws {
        try await withServer { request in
            switch target {
            case "/form": _ = try await request.form()
            case "/multipart": for try await _ in try request.multipart() {}
            default: _ = try await request.parsedBody()
            }
        } test: { server in
            let field = type.map { "Content-Type: \($0)\r\n" } ?? ""
            let more = fields.map { $0 + "\r\n" }.joined()
            let response = try await server.response(
                to: "POST / HTTP/1.1\r\nHost: a\r\n\(field)\(more)Content-Length: 1\r\n\r\nx"
            )
            #expect(response.status == 415)
            #expect(response["Accept-Encoding"] == coding)
            #expect(response["Accept"] == accept)
        }
    }

    @Test("S20: empty JSON is said to be empty")
    func emptyJSON() async throws {
        try await withServer { request in
            _ = try await request.parsedBody()
        } test: { server in
            let response = try await server.response(to: post("", type: "application/json"))
            #expect(response.status == 400)
            #expect(response.text == "The content is not the expected JSON: it is empty.")
        }
    }
}
