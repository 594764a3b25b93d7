import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("F9: a form that can't be read is an error, and not an empty one")
struct LostFormTests {
    private static let head = "Content-Disposition: form-data; name=\"a\""

    @Test("over every transport, however the handler reads it", arguments: Transport.allCases)
    func refused(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            switch request.url.path {
            case "/form": try await request.response.end("\(try await request.form().fields.count)")
            case "/parsed": try await request.response.end("\(try await request.parsedBody().type)")
            default:
                var count = 0
                for try await _ in try request.multipart() { count += 1 }
                try await request.response.end("\(count)")
            }
        } test: { server, client in
            for path in ["form", "parsed", "parts"] {
                for (content, status) in [
                    ("--c\r\n\(Self.head)\r\n\r\nx\r\n--c--\r\n", 400),
                    ("--c\r\n\(Self.head)\r\n\r\nx\r\n--b--\r\n", 400),
                    ("--c\r\n\(Self.head)\r\n\r\nx\r\n--b\r\n\(Self.head)\r\n\r\ny\r\n--b--\r\n", 400), ("", 400),
                    ("--b\r\n\(Self.head)\r\n\r\nx\r\n", 400), ("--b\r\n\(Self.head)\r\n\r\nx\r\n--c--\r\n", 400),
                    ("a=b", 400), ("a=b--b--", 400), ("text\r\n--b--\r\n", 400), ("--b", 400), ("--b\r\n", 400),
                    ("--b\r\n\r\nx\r\n--b--", 400),
                    // What browsers send of a form without fields, and a preamble.
                    ("--b--\r\n", 200), ("--b--", 200),
                    ("preamble\r\n--b\r\n\(Self.head)\r\n\r\nx\r\n--b--\r\nepilogue", 200),
                ] {
                    let headers: HTTPFields = [.contentType: "multipart/form-data; boundary=b"]
                    let response = try await client.post(server.url + path, body: .text(content), headers: headers)
                    #expect(response.status.code == status, "\(path) \(content.debugDescription)")
                    if status == 400 { #expect(try await response.text().hasSuffix(".")) }
                }
            }
        }
    }
}
