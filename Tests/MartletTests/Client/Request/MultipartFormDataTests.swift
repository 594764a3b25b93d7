import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("Forms with files (RFC 7578)")
struct MultipartFormDataTests {
    private func text(_ form: MultipartFormData) -> String {
        form.segments.map { segment in
            switch segment {
            case .bytes(let buffer): String(buffer: buffer)
            case .file(let path, let length): "<\(path) \(length)>"
            case .stream(_, let length): "<stream \(length.map(String.init) ?? "?")>"
            }
        }
        .joined(separator: "|")
    }

    private func form() throws -> MultipartFormData {
        try MultipartFormData(boundary: "AaB03x")
    }

    @Test("the bytes of a form")
    func bytes() throws {
        var form = try form()
        form.append("Larry", named: "submit-name")
        form.append(
            .bytes(ByteBuffer(bytes: [0x00, 0x0D, 0x0A])),
            named: "files",
            fileName: "file1.bin"
        )
        form.append(.bytes(ByteBuffer(string: "{}")), named: "json", mediaType: MediaType("application/json"))
        form.append(.bytes(ByteBuffer()), named: "picture", fileName: "", mediaType: .png)
        let expected =
            "--AaB03x\r\nContent-Disposition: form-data; name=\"submit-name\"\r\n\r\nLarry\r\n"
            + "--AaB03x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"file1.bin\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n\u{0}\r\n\r\n"
            + "--AaB03x\r\nContent-Disposition: form-data; name=\"json\"\r\n"
            + "Content-Type: application/json\r\n\r\n{}\r\n"
            + "--AaB03x\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"\"\r\n"
            + "Content-Type: image/png\r\n\r\n\r\n"
            + "--AaB03x--\r\n"
        #expect(text(form) == expected)
        #expect(form.contentLength == expected.utf8.count)
        #expect(form.isRepeatable)
        #expect(form.contentType.description == "multipart/form-data; boundary=AaB03x")
    }

    @Test("a form without fields is its closing delimiter")
    func empty() throws {
        #expect(try text(form()) == "--AaB03x--\r\n")
        #expect(try form().contentLength == 12)
    }

    @Test("files and streams stand between runs of bytes")
    func segments() throws {
        var form = try form()
        form.append("1", named: "a")
        form.append(.file(path: "/tmp/x", length: 7), named: "b", fileName: "x")
        form.append(.stream(ByteSource(AsyncStream<ByteBuffer> { $0.finish() }), length: 5), named: "c")
        form.append("2", named: "d")
        let head = "Content-Disposition: form-data; name="
        let expected =
            "--AaB03x\r\n\(head)\"a\"\r\n\r\n1\r\n"
            + "--AaB03x\r\n\(head)\"b\"; filename=\"x\"\r\nContent-Type: application/octet-stream\r\n\r\n|</tmp/x 7>|\r\n"
            + "--AaB03x\r\n\(head)\"c\"\r\n\r\n|<stream 5>|\r\n"
            + "--AaB03x\r\n\(head)\"d\"\r\n\r\n2\r\n"
            + "--AaB03x--\r\n"
        #expect(text(form) == expected)
        let markers = "|</tmp/x 7>||<stream 5>|".utf8.count
        #expect(form.contentLength == expected.utf8.count - markers + 7 + 5)
        #expect(!form.isRepeatable)
        #expect(String(buffer: form.headBytes(of: form.parts[0])) == "--AaB03x\r\n\(head)\"a\"\r\n\r\n")

        form.append(.stream(ByteSource(AsyncStream<[UInt8]> { $0.finish() }), length: nil), named: "e")
        #expect(form.contentLength == nil)
    }

    @Test("a file at the end, and one alone")
    func lastFile() throws {
        var form = try form()
        form.append(.file(path: "/x", length: 0), named: "a")
        #expect(
            text(form)
                == "--AaB03x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n|</x 0>|\r\n--AaB03x--\r\n"
        )
    }

    @Test("lengths that are too much for a number are not known")
    func overflow() throws {
        var form = try form()
        form.append(.file(path: "/x", length: .max), named: "a")
        #expect(form.contentLength == nil)
        form = try self.form()
        form.append(.file(path: "/x", length: -1), named: "a")
        #expect(form.contentLength == nil)
    }

    @Test(
        "names are escaped as browsers do (WHATWG HTML)",
        arguments: [
            ("a", "a"), ("", ""), ("a b;c", "a b;c"), ("\u{FC}\u{1F600}", "\u{FC}\u{1F600}"), ("a\"b", "a%22b"),
            ("a\r\nX: y", "a%0D%0AX: y"), ("a\nb\rc", "a%0Ab%0Dc"), ("a\\b", "a\\b"), ("100%", "100%"),
            ("\"; filename=\"evil", "%22; filename=%22evil"),
        ]
    )
    func names(name: String, escaped: String) throws {
        var form = try form()
        form.append(.bytes(ByteBuffer()), named: name, fileName: name, mediaType: MediaType("text/plain"))
        #expect(
            String(buffer: form.headBytes(of: form.parts[0]))
                == "--AaB03x\r\nContent-Disposition: form-data; name=\"\(escaped)\"; filename=\"\(escaped)\"\r\n"
                + "Content-Type: text/plain\r\n\r\n"
        )
    }

    @Test(
        "boundaries are checked (RFC 2046 section 5.1.1), and quoted where they must be",
        arguments: [
            ("a", "a"), ("'()+_,-./:=?", "\"'()+_,-./:=?\""), (String(repeating: "x", count: 70), nil),
        ] as [(String, String?)]
    )
    func boundaries(boundary: String, value: String?) throws {
        let form = try MultipartFormData(boundary: boundary)
        #expect(form.contentType.description == "multipart/form-data; boundary=\(value ?? boundary)")
        #expect(form.contentType.parameters["boundary"] == boundary)
    }

    @Test(
        "boundaries that are refused",
        arguments: ["", "a b", "a\r\n", "\"", "\u{FC}", String(repeating: "x", count: 71)]
    )
    func badBoundaries(boundary: String) {
        #expect(throws: FieldValueError.invalidValue(boundary)) { try MultipartFormData(boundary: boundary) }
    }

    @Test("boundaries are random unless given")
    func random() {
        let boundaries = Set((0..<20).map { _ in MultipartFormData().boundary })
        #expect(boundaries.count == 20)
        #expect(boundaries.allSatisfy { $0.utf8.count == 40 && $0.hasPrefix("martlet-") })
    }

    @Test("streams of buffers and of arrays give runs of bytes")
    func streams() async throws {
        let buffers = ByteSource(
            AsyncStream<ByteBuffer> {
                $0.yield(ByteBuffer(string: "ab"))
                $0.yield(ByteBuffer(string: "c"))
                $0.finish()
            }
        )
        let arrays = ByteSource(
            AsyncStream<[UInt8]> {
                $0.yield(Array("de".utf8))
                $0.finish()
            }
        )
        var runs: [String] = []
        try await buffers.forEach { runs.append(String(buffer: $0)) }
        try await arrays.forEach { runs.append(String(buffer: $0)) }
        #expect(runs == ["ab", "c", "de"])
        await #expect(throws: CancellationError.self) {
            try await ByteSource(AsyncStream<[UInt8]> { $0.yield([1]) }).forEach { _ in throw CancellationError() }
        }
    }
}
