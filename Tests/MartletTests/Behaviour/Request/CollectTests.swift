import HTTPTypes
import Martlet
import NIOCore
import Testing

@Suite("collect, text and json")
struct CollectTests {
    @Test("accept what is not above the limit", arguments: [true, false])
    func limit(isAnnounced: Bool) async throws {
        try await withServer { request in
            _ = try await request.collect(upTo: 5)
        } test: { server in
            for (text, status) in [("12345", 200), ("123456", 413)] {
                let chunks = "1\r\n\(text.prefix(1))\r\n\(text.count - 1)\r\n\(text.dropFirst())\r\n0\r\n\r\n"
                let request =
                    isAnnounced
                    ? post(text) : "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
                let response = try await server.response(to: request)
                #expect(response.status == status)
                #expect(response["Connection"] == (status == 413 ? "close" : nil))
            }
        }
    }

    @Test("accept the configured number of bytes unless told otherwise")
    func configuredLimit() async throws {
        try await withServer(.bare.with { $0.maximumCollectedBytes = 5 }) { request in
            switch request.target {
            case "/more": _ = try await request.collect(upTo: 100)
            case "/text": _ = try await request.text()
            case "/json": _ = try await request.json([Int].self)
            default: _ = try await request.collect()
            }
        } test: { server in
            for (target, status) in [("/", 413), ("/text", 413), ("/json", 413), ("/more", 200)] {
                let request = "POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n123456"
                let response = try await server.response(to: request)
                #expect(response.status == status, "\(target)")
            }
        }
    }

    @Test("refuse an announced length before the content arrives, and the client gets to read that")
    func refusesEarly() async throws {
        try await withServer { request in
            _ = try await request.collect(upTo: 10)
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n")
            client.send(ByteBuffer(repeating: 0x61, count: 3_000_000))
            let response = try await client.response()
            #expect(response.statusLine == "HTTP/1.1 413 Content Too Large")
            #expect(response.text == "The content is larger than the limit of 10 bytes.")
            #expect(try await client.expectEnd())
        }
    }

    @Test(
        "decode text as its character set says",
        arguments: [
            (nil, Array("gr\u{FC}n".utf8), "gr\u{FC}n"),
            ("text/plain; charset=UTF-8", Array("gr\u{FC}n".utf8), "gr\u{FC}n"),
            ("text/plain; charset=iso-8859-1", [0x67, 0x72, 0xFC, 0x6E], "gr\u{FC}n"),
            ("text/plain; charset=\"us-ascii\"", [0x61], "a"),
            ("text/plain", [0x67, 0x72, 0xFC, 0x6E], "400 The content is not valid UTF-8."),
            ("text/plain; charset=ascii", [0xFC], "400 The content is not ASCII."),
            ("text/plain; charset=koi8-r", [0x61], "415 The character set koi8-r is not supported. Send UTF-8."),
            ("nonsense", [0x61], "a"),
        ] as [(String?, [UInt8], String)]
    )
    func text(type: String?, bytes: [UInt8], expected: String) async throws {
        try await withServer { request in
            try await request.response.end(try await request.text())
        } test: { server in
            let client = try await server.connect()
            let field = type.map { "Content-Type: \($0)\r\n" } ?? ""
            client.send("POST / HTTP/1.1\r\nHost: a\r\n\(field)Content-Length: \(bytes.count)\r\n\r\n")
            client.send(ByteBuffer(bytes: bytes))
            let response = try await client.response()
            #expect((response.status == 200 ? "" : "\(response.status) ") + response.text == expected)
        }
    }

    private struct Note: Codable {
        struct Author: Codable { var name: String }
        var title: String
        var authors: [Author]
    }

    @Test(
        "decode JSON, or say what is wrong with it",
        arguments: [
            (#"{"title":"x","authors":[{"name":"y"}]}"#, 200, "x by y"),
            (#"{"title":"x"}"#, 422, "\"authors\" is missing."),
            (#"{"title":1,"authors":[]}"#, 422, "expected String at title."),
            (#"{"title":null,"authors":[]}"#, 422, "at title."),
            (#"{"title":"x","authors":[{"name":"y"},{}]}"#, 422, "\"name\" is missing at authors.[1]."),
            (#"{"title":"x","#, 400, "line 1, column 14."), ("", 400, "it is empty."), ("\u{0}", 400, "column 1."),
        ]
    )
    func json(content: String, status: Int, text: String) async throws {
        try await withServer { request in
            let note = try await request.json(Note.self)
            try await request.response.end("\(note.title) by \(note.authors[0].name)")
        } test: { server in
            let response = try await server.response(to: post(content, "Accept: text/plain"))
            #expect(response.status == status)
            #expect(response.text.hasSuffix(text), "\(response.text)")
            if status >= 400 {
                #expect(response.text.hasPrefix("The content is not the expected JSON: "))
            }
        }
    }

    @Test("encode JSON")
    func encode() async throws {
        try await withServer { request in
            try await request.response.end(json: ["b": "/", "a": "\u{FC}"])
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response["Content-Type"] == "application/json; charset=utf-8")
            #expect(response.text == #"{"a":"ü","b":"/"}"#)
        }
    }
}
