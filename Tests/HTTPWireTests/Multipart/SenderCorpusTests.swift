import HTTPTypes
import HTTPWire
import NIOCore
import Testing

/// What programs send, byte for byte in form; names and contents are ours.
@Suite(.calculation) struct SenderCorpusTests {
    struct Sender: Sendable, CustomTestStringConvertible {
        let name: String
        let boundary: String
        let content: String
        let fields: [(name: String, fileName: String?, type: String?, content: String)]
        var testDescription: String { name }
    }

    static let senders = [
        Sender(
            name: "Chrome",
            boundary: "----WebKitFormBoundaryAbCdEfGhIjKlMnOp",
            content: """
                ------WebKitFormBoundaryAbCdEfGhIjKlMnOp\r
                Content-Disposition: form-data; name="title"\r
                \r
                Grüße\r
                ------WebKitFormBoundaryAbCdEfGhIjKlMnOp\r
                Content-Disposition: form-data; name="note"\r
                \r
                one\r
                two\r
                ------WebKitFormBoundaryAbCdEfGhIjKlMnOp\r
                Content-Disposition: form-data; name="picture"; filename="a %22b%22.png"\r
                Content-Type: image/png\r
                \r
                PNG\r\n\r\nend\r
                ------WebKitFormBoundaryAbCdEfGhIjKlMnOp\r
                Content-Disposition: form-data; name="none"; filename=""\r
                Content-Type: application/octet-stream\r
                \r
                \r
                ------WebKitFormBoundaryAbCdEfGhIjKlMnOp--\r

                """,
            fields: [
                ("title", nil, nil, "Grüße"), ("note", nil, nil, "one\r\ntwo"),
                ("picture", "a \"b\".png", "image/png", "PNG\r\n\r\nend"),
                ("none", "", "application/octet-stream", ""),
            ]
        ),
        Sender(
            name: "Firefox",
            boundary: "---------------------------974767299852498929531610575",
            content: """
                -----------------------------974767299852498929531610575\r
                Content-Disposition: form-data; name="_charset_"\r
                \r
                UTF-8\r
                -----------------------------974767299852498929531610575\r
                Content-Disposition: form-data; name="file"; filename="Übung 1.txt"\r
                Content-Type: text/plain\r
                \r
                -----------------------------97476729985249892953161057\r
                -----------------------------974767299852498929531610575--\r

                """,
            fields: [
                ("_charset_", nil, nil, "UTF-8"),
                ("file", "Übung 1.txt", "text/plain", "-----------------------------97476729985249892953161057"),
            ]
        ),
        Sender(
            name: "curl",
            boundary: "------------------------d74496d66958873e",
            content: """
                --------------------------d74496d66958873e\r
                Content-Disposition: form-data; name="person"\r
                \r
                Han Solo\r
                --------------------------d74496d66958873e\r
                Content-Disposition: form-data; name="secret"; filename="file.txt"\r
                Content-Type: text/plain\r
                \r
                contents of the file\n\r
                --------------------------d74496d66958873e--\r

                """,
            fields: [
                ("person", nil, nil, "Han Solo"), ("secret", "file.txt", "text/plain", "contents of the file\n"),
            ]
        ),
        Sender(
            name: "Python",
            boundary: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            content: """
                --0f1e2d3c4b5a69788796a5b4c3d2e1f0\r
                Content-Disposition: form-data; name="file"; filename*=utf-8''%C3%BC.bin\r
                \r
                x\r
                --0f1e2d3c4b5a69788796a5b4c3d2e1f0--\r

                """,
            fields: [("file", "ü.bin", nil, "x")]
        ),
        Sender(
            name: "OkHttp",
            boundary: "2fe110f5-d77b-4ee3-8a1d-0c9e8e3b5f3c",
            content: """
                --2fe110f5-d77b-4ee3-8a1d-0c9e8e3b5f3c\r
                Content-Disposition: form-data; name="data"\r
                Content-Transfer-Encoding: binary\r
                Content-Type: application/json; charset=utf-8\r
                Content-Length: 2\r
                \r
                {}\r
                --2fe110f5-d77b-4ee3-8a1d-0c9e8e3b5f3c--\r

                """,
            fields: [("data", nil, "application/json; charset=utf-8", "{}")]
        ),
        Sender(
            name: ".NET",
            boundary: "4a3f5b9e-1c1d-4a2b-9d3e-5f6a7b8c9d0e",
            content: """
                --4a3f5b9e-1c1d-4a2b-9d3e-5f6a7b8c9d0e\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Disposition: form-data; name=person\r
                \r
                Leia\r
                --4a3f5b9e-1c1d-4a2b-9d3e-5f6a7b8c9d0e\r
                Content-Disposition: form-data; name=file; filename=a.txt; filename*=utf-8''a.txt\r
                \r
                \r
                --4a3f5b9e-1c1d-4a2b-9d3e-5f6a7b8c9d0e--\r

                """,
            fields: [("person", nil, "text/plain; charset=utf-8", "Leia"), ("file", "a.txt", nil, "")]
        ),
    ]

    @Test(arguments: senders)
    func `is read, however it is cut`(_ sender: Sender) throws {
        for pieces in Pieces.ways(of: Array(sender.content.utf8)) {
            var parser = MultipartParser(boundary: try MultipartBoundary(sender.boundary))
            var heads: [FormDataHead] = []
            var contents: [ByteBuffer] = []
            for piece in pieces {
                var buffer = ByteBuffer(bytes: piece)
                parsing: while true {
                    switch try parser.parse(&buffer) {
                    case .needsMoreBytes: break parsing
                    case .head(let fields):
                        heads.append(try FormDataHead(fields))
                        contents.append(ByteBuffer())
                    case .content(let bytes): contents[contents.count - 1].writeImmutableBuffer(bytes)
                    case .endOfPart, .end: break
                    }
                }
            }
            try parser.finish()
            try #require(heads.map(\.name) == sender.fields.map(\.name))
            try #require(heads.map(\.fileName) == sender.fields.map(\.fileName))
            try #require(heads.map(\.mediaType?.description) == sender.fields.map(\.type))
            try #require(contents.map { String(buffer: $0) } == sender.fields.map(\.content))
        }
    }
}
