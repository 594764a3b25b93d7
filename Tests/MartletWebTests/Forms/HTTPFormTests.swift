import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

@Suite("A form")
struct HTTPFormTests {
    /// Answers with the fields and the files of the form.
    private static func handler(_ limits: FormLimits = FormLimits()) -> HTTPServer.Handler {
        { request in
            let form = try await request.form(limits: limits)
            var lines = form.fields.map { "\($0.name)=\($0.value)" }
            for file in form.files {
                lines.append(
                    "\(file.name): \(file.fileName) \(file.mediaType?.description ?? "-") \(file.count) "
                        + "\(file.isInMemory ? "memory" : "disk") \(try await file.text())"
                )
            }
            try await request.response.end(lines.joined(separator: "\n"))
        }
    }

    @Test("has fields and files, in order")
    func multipart() async throws {
        try await withServer(.bare, Self.handler()) { server in
            let content = form(
                ("name=a", "1"),
                ("name=f; filename=x.txt\r\nContent-Type: text/plain", "hello"),
                ("name=a", "2"),
                ("name=f; filename=\"\"\r\nContent-Type: application/octet-stream", ""),
                ("name=blob\r\nContent-Type: image/png", "PNG")
            )
            let response = try await server.response(to: post(content, type: formType))
            #expect(
                response.text == "a=1\na=2\nf: x.txt text/plain 5 memory hello\nblob:  image/png 3 memory PNG"
            )
        }
    }

    @Test("is looked up by name: the last field, as in Dart, or all")
    func lookup() async throws {
        try await withServer { request in
            let form = try await request.form()
            #expect(form["a"] == "2")
            #expect(form.all("a") == ["1", "2"])
            #expect(form["none"] == nil)
            #expect(form.file("f")?.fileName == "y")
            #expect(form.files("f").map(\.fileName) == ["x", "y"])
            #expect(form.file("none") == nil)
        } test: { server in
            let content = form(
                ("name=a", "1"),
                ("name=a", "2"),
                ("name=f; filename=x", "1"),
                ("name=f; filename=y", "2")
            )
            let response = try await server.response(to: post(content, type: formType))
            #expect(response.status == 200)
        }
    }

    @Test(
        "can be urlencoded",
        arguments: [
            ("", nil, ""), ("a=1&b=x+y&a=%C3%BC", nil, "a=1\nb=x y\na=\u{FC}"),
            ("a=%FC", "; charset=iso-8859-1", "a=\u{FC}"),
            ("_charset_=windows-1252&a=%80", nil, "_charset_=windows-1252\na=\u{20AC}"),
            ("a=\u{FC}", nil, "a=\u{FC}"), ("a=%FF", nil, "400"), ("a=%zz", nil, "a=%zz"),
            ("q=100%&r=%4", nil, "q=100%\nr=%4"),
            ("a=%FC", "; charset=koi8-r", "415"),
            ("_charset_=x&a=1", nil, "415"), (String(repeating: "a&", count: 1_001), nil, "400"),
            (String(repeating: "a", count: 1_048_577), nil, "413"),
        ] as [(String, String?, String)]
    )
    func urlEncoded(content: String, charset: String?, expected: String) async throws {
        try await withServer(.bare, Self.handler()) { server in
            let type = "application/x-www-form-urlencoded\(charset ?? "")"
            let response = try await server.response(to: post(content, type: type))
            #expect((response.status == 200 ? response.text : "\(response.status)") == expected)
        }
    }

    @Test("is refused as another media type", arguments: ["application/json", "multipart/mixed; boundary=b", nil])
    func otherType(type: String?) async throws {
        try await withServer(.bare, Self.handler()) { server in
            let response = try await server.response(to: post("x", type: type))
            #expect(response.status == 415)
            #expect(response.text.contains("application/x-www-form-urlencoded or multipart/form-data"))
        }
    }

    @Test("has text in the character set that it names, wherever it does so")
    func charset() async throws {
        try await withServer(.bare, Self.handler()) { server in
            let content = form(("name=a", "\u{FC}"), ("name=_charset_", "iso-8859-1"))
            let bytes = content.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            let client = try await server.connect()
            client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: \(formType)\r\nContent-Length: \(bytes.count)\r\n\r\n"
            )
            client.send(ByteBuffer(bytes: bytes))
            #expect(try await client.response().text == "a=\u{FC}\n_charset_=iso-8859-1")
        }
    }

    @Test("keeps files beyond a size on the disk, under no name, as long as somebody holds them")
    func spooling() async throws {
        let directory = try TemporaryDirectory([])
        var limits = FormLimits()
        limits.memoryBytes = 10
        limits.spoolDirectory = directory.path
        let forms = Events<HTTPForm>()
        try await withServer { [limits] request in
            let form = try await request.form(limits: limits)
            #expect(directory.names.isEmpty)
            forms.add(form)
        } test: { server in
            let content = form(
                ("name=f; filename=a", "12345678"),
                ("name=f; filename=b", "123456789"),
                ("name=f; filename=c", "12"),
                ("name=f; filename=d", String(repeating: "x", count: 600_000))
            )
            #expect(try await server.response(to: post(content, type: formType)).status == 200)
            // The handler is long gone.
            let form = try await forms.next()
            #expect(form.files.map(\.isInMemory) == [true, false, true, false])
            #expect(form.files.map(\.count) == [8, 9, 2, 600_000])
            #expect(try await form.files[1].text() == "123456789")
            #expect(try await form.files[1].text() == "123456789", "it can be read again")
            #expect(try await form.files[3].collect() == ByteBuffer(repeating: 0x78, count: 600_000))
            await #expect(throws: HTTPBodyError.tooLarge(limit: 5)) { try await form.files[3].collect(upTo: 5) }
            for index in [0, 3] { try await form.files[index].save(to: "\(directory.path)/\(index)") }
            #expect(directory.names == ["0", "3"])
            #expect(directory.contents(of: "0") == "12345678")
            #expect(directory.contents(of: "3") == String(repeating: "x", count: 600_000))
            await #expect(throws: FileError.self) { try await form.files[1].save(to: "\(directory.path)/0") }
            try await form.files[1].save(to: "\(directory.path)/0", replacing: true)
            #expect(directory.contents(of: "0") == "123456789")
            #expect(directory.names == ["0", "3"])
        }
    }

    @Test("has limits, and leaves nothing on the disk when it exceeds them")
    func limits() async throws {
        let directory = try TemporaryDirectory([])
        var limits = FormLimits()
        limits.totalBytes = 2_000
        limits.textBytes = 20
        limits.memoryBytes = 0
        limits.fieldCount = 3
        limits.nameBytes = 4
        limits.spoolDirectory = directory.path
        try await withServer(.bare, Self.handler(limits)) { server in
            let ten = String(repeating: "x", count: 10)
            for (content, expected) in [
                (form(("name=a", ten), ("name=b", ten)), 200), (form(("name=a", ten), ("name=b", ten + "x")), 413),
                (form(("name=a; filename=a", String(repeating: "x", count: 1_000))), 200),
                (form(("name=a; filename=a", String(repeating: "x", count: 2_000))), 413),
                (form(("name=a", ""), ("name=b", ""), ("name=c", "")), 200),
                (form(("name=a", ""), ("name=b", ""), ("name=c", ""), ("name=d", "")), 413),
                (form(("name=abcde", "")), 431),
            ] {
                let response = try await server.response(to: post(content, type: formType))
                #expect(response.status == expected)
            }
        }
        #expect(directory.names.isEmpty)
    }
}
