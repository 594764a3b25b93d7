import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

@Suite("The parts of a form, as they arrive")
struct MultipartFormTests {
    @Test("are names, types, fields and contents, however the request is cut", arguments: [1, 3, 17, 1_000])
    func parts(size: Int) async throws {
        try await withServer { request in
            var lines: [String] = []
            for try await part in try request.multipart() {
                let text = try await part.text()
                lines.append(
                    "\(part.name) \(part.fileName ?? "-") \(part.mediaType?.description ?? "-") \(part.isFile) "
                        + "\(part.isText) \(part.headers.count) \(text)"
                )
            }
            try await request.response.end(lines.joined(separator: "\n"))
        } test: { server in
            let content = form(
                ("name=\"a\"", "one"),
                ("name=\"b\"; filename=\"x.csv\"\r\nContent-Type: text/csv", "1,2\r\n3,4"),
                ("name=\"c\"; filename=\"\u{FC}.bin\"\r\nContent-Type: application/octet-stream", "")
            )
            let client = try await server.connect()
            try await client.send(post(content, type: formType), inPiecesOf: size)
            let response = try await client.response()
            #expect(
                response.text
                    == """
                    a - - false true 1 one
                    b x.csv text/csv true true 2 1,2\r\n3,4
                    c ü.bin application/octet-stream true false 2 \n
                    """.trimmingSuffix()
            )
        }
    }

    @Test("come before the content is complete, and their contents run by run")
    func streaming() async throws {
        let events = Events<String>()
        try await withServer { request in
            for try await part in try request.multipart() {
                events.add("part \(part.name)")
                for try await bytes in part.body { events.add(String(buffer: bytes)) }
                events.add("end")
            }
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: \(formType)\r\nTransfer-Encoding: chunked\r\n\r\n")
            func chunk(_ text: String) { client.send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n") }
            chunk("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n")
            #expect(try await events.next() == "part a")
            chunk("one")
            #expect(try await events.next() == "one")
            chunk("two\r\n--")
            #expect(try await events.next() == "two")
            chunk("b--")
            #expect(try await events.next() == "end")
            client.send("0\r\n\r\n")
            #expect(try await client.response().status == 200)
        }
    }

    @Test("are skipped as far as nobody reads them, and gone when the next is asked for")
    func skipping() async throws {
        try await withServer { request in
            var parts: [MultipartPart] = []
            for try await part in try request.multipart() {
                if let last = parts.last {
                    await #expect(throws: HTTPBodyError.alreadyRead) { try await last.text() }
                }
                if part.name == "b" {
                    #expect(try await part.text() == "two")
                    #expect(try await part.text() == "")
                }
                parts.append(part)
            }
            try await request.response.end(parts.map(\.name).joined())
        } test: { server in
            let content = form(("name=a", "one"), ("name=b", "two"), ("name=c", "three"))
            let response = try await server.response(to: post(content, type: formType))
            #expect(response.text == "abc")
        }
    }

    @Test(
        "that break the rules are answered with the rule",
        arguments: [
            ("text/plain", "x", 415, "The content is not multipart/form-data."),
            (nil, "x", 415, "The content is not multipart/form-data."),
            ("multipart/form-data", "x", 400, "The Content-Type has no boundary (RFC 2046 section 5.1)."),
            (formType, "x", 400, "The content has no line with its boundary (RFC 2046 section 5.1.1)."),
            (formType, "", 400, "The content has no line with its boundary (RFC 2046 section 5.1.1)."),
            (formType, "--b\r\n\r\nx\r\n--b--", 400, "A part has no Content-Disposition (RFC 7578 section 4.2)."),
            (formType, "--bb\r\n", 400, "A line continues after the boundary (RFC 2046 section 5.1.1)."),
            (
                formType, "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx", 400,
                "The content ends before its closing boundary (RFC 2046 section 5.1.1)."
            ),
            (
                formType,
                "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--b--",
                415,
                "A part has the Content-Transfer-Encoding base64; send it without one (RFC 7578 section 4.7)."
            ),
            (
                formType, form(("name=a", "1"), ("name=b", "2"), ("name=c", "3")), 413,
                "The content has more than 2 parts."
            ),
            (
                formType, form(("name=a\r\nX: \(String(repeating: "x", count: 200))", "")), 431,
                "The head of a part is larger than 200 bytes."
            ),
        ] as [(String?, String, Int, String)]
    )
    func malformed(type: String?, content: String, status: Int, text: String) async throws {
        var limits = MultipartLimits()
        limits.partCount = 2
        limits.headBytes = 200
        try await withServer { [limits] request in
            for try await part in try request.multipart(limits: limits) { _ = try await part.collect() }
        } test: { server in
            let response = try await server.response(to: post(content, type: type))
            #expect(response.status == status)
            #expect(response.text == text)
        }
    }

    @Test("have text in the character set that they name, or the form, or UTF-8")
    func charsets() async throws {
        try await withServer { request in
            var texts: [String] = []
            for try await part in try request.multipart() { texts.append(try await part.text()) }
            try await request.response.end(texts.joined(separator: ","))
        } test: { server in
            func answer(_ content: String) async throws -> String {
                let bytes = content.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
                let client = try await server.connect()
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: \(formType)\r\n")
                client.send("Content-Length: \(bytes.count)\r\n\r\n")
                client.send(ByteBuffer(bytes: bytes))
                let response = try await client.response()
                return (response.status == 200 ? "" : "\(response.status) ") + response.text
            }
            let charset = ("name=_charset_", "windows-1252")
            #expect(try await answer(form(("name=a", "\u{C3}\u{BC}"))) == "\u{FC}")
            #expect(try await answer(form(charset, ("name=a", "\u{FC}\u{80}"))) == "windows-1252,\u{FC}\u{20AC}")
            let utf8 = ("name=a\r\nContent-Type: text/plain; charset=utf-8", "\u{C3}\u{BC}")
            #expect(try await answer(form(charset, utf8)) == "windows-1252,\u{FC}")
            #expect(try await answer(form(("name=a", "\u{FC}"))) == "400 The content is not valid UTF-8.")
            let unknown = try await answer(form(("name=a\r\nContent-Type: text/plain; charset=koi8-r", "x")))
            #expect(unknown == "415 The character set koi8-r is not supported. Send UTF-8.")
            #expect(
                try await answer(form(("name=_charset_", "x"))) == "415 The character set x is not supported. Send UTF-8."
            )
        }
    }

    @Test("are saved as files that appear when they are complete, and replace none unless told to")
    func saving() async throws {
        let directory = try TemporaryDirectory([])
        try directory.write("old", to: "there")
        let isWriting = Events<Void>()
        try await withServer { request in
            for try await part in try request.multipart() {
                isWriting.add()
                let count = try await part.save(to: "\(directory.path)/\(part.name)", replacing: part.isFile)
                try await request.response.write("\(count) ")
            }
        } test: { server in
            let client = try await server.connect()
            let content = form(("name=new", "hello"))
            client.send(String(post(content, type: formType).dropLast(8)))
            try await isWriting.next()
            #expect(directory.names == ["there"])
            client.send(String(content.suffix(8)))
            #expect(try await client.response().text == "5 ")
            #expect(directory.contents(of: "new") == "hello")

            #expect(try await server.response(to: post(form(("name=there", "x")), type: formType)).status == 500)
            #expect(directory.contents(of: "there") == "old")
            let replacing = post(form(("name=there; filename=x", "newer")), type: formType)
            #expect(try await server.response(to: replacing).text == "5 ")
            #expect(directory.contents(of: "there") == "newer")
            #expect(directory.names == ["new", "there"])
        }
    }

    @Test("are read in bounded memory: a handler that does not read stops the client")
    func backPressure() async throws {
        let proceed = Events<Void>()
        let size = 40_000_000
        try await withServer { request in
            var count = 0
            for try await part in try request.multipart() {
                try await proceed.next()
                for try await bytes in part.body { count += bytes.readableBytes }
            }
            try await request.response.end("\(count)")
        } test: { server in
            let client = try await server.connect()
            let (head, end) = ("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n", "\r\n--b--")
            let length = head.utf8.count + size + end.utf8.count
            client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: \(formType)\r\nContent-Length: \(length)\r\n\r\n\(head)"
            )
            client.send(ByteBuffer(repeating: 0x61, count: size))
            client.send(end)
            let unsent = try await client.stuckBytes()
            #expect(size - unsent < 20_000_000, "the server has taken \(size - unsent) bytes that nobody reads")
            proceed.add()
            #expect(try await client.response().text == "\(size)")
        }
    }

    @Test("are what the client of this package sends")
    func roundTrip() async throws {
        try await withServer { request in
            var lines: [String] = []
            for try await part in try request.multipart() {
                lines.append(
                    "\(part.name)|\(part.fileName ?? "-")|\(part.mediaType?.essence ?? "-")|\(try await part.text())"
                )
            }
            try await request.response.end(lines.joined(separator: ";"))
        } test: { server in
            var form = MultipartFormData()
            form.append("gr\u{FC}n", named: "a\"b\r\nc")
            form.append(.bytes(ByteBuffer(string: "\r\n--\(form.boundary)x")), named: "%22", fileName: "c:\\d\".txt")
            form.append(.bytes(ByteBuffer(string: "\r\n--")), named: "", fileName: "", mediaType: .png)
            let response = try await HTTPClient.shared.post("\(server.url)", body: .multipart(form))
            // A percent sign that its sender has not encoded can't be told from one that it has.
            #expect(response.status == .badRequest, "the boundary stands in a content")

            form = MultipartFormData()
            form.append("gr\u{FC}n", named: "a\"b\r\nc")
            form.append(.bytes(ByteBuffer(string: "\r\n--\r\n")), named: "100%", fileName: "c:\\d\".txt")
            form.append(.bytes(ByteBuffer(string: "\r\n--")), named: "", fileName: "", mediaType: .png)
            let answer = try await HTTPClient.shared.post("\(server.url)", body: .multipart(form))
            let text = try await answer.text()
            #expect(
                text == "a\"b\r\nc|-|-|gr\u{FC}n;100%|c:\\d\".txt|application/octet-stream|\r\n--\r\n;"
                    + "|" + "|image/png|\r\n--"
            )
        }
    }

    @Test(
        "end with an error for a client that stalls or goes away, and nothing of them stays on the disk",
        arguments: [true, false]
    )
    func brokenOff(stalls: Bool) async throws {
        let directory = try TemporaryDirectory([])
        let events = Events<String>()
        let configuration = HTTPServer.Configuration.bare.with {
            $0.minimumBodyRate = 1_000
            $0.bodyRateGracePeriod = .milliseconds(300)
        }
        try await withServer(configuration) { request in
            do {
                for try await part in try request.multipart() {
                    events.add("part")
                    try await part.save(to: "\(directory.path)/\(part.name)")
                }
            } catch {
                events.add("\(type(of: error))")
                throw error
            }
        } test: { server in
            let client = try await server.connect()
            let content = form(("name=a; filename=a", String(repeating: "x", count: 400_000)))
            client.send(String(post(content, type: formType).dropLast(8)))
            #expect(try await events.next() == "part")
            if stalls {
                #expect(try await client.response().status == 408)
                #expect(try await events.next() == "HTTPBodyError")
            } else {
                try await client.reset()
                let error = try await events.next()
                #expect(["HTTPBodyError", "CancellationError"].contains(error))
            }
            try await eventually { directory.names.isEmpty }
        }
    }
}

extension String {
    /// The text without the line feed that ends a literal of several lines.
    fileprivate func trimmingSuffix() -> String {
        hasSuffix("\n") ? String(dropLast()) : self
    }
}
