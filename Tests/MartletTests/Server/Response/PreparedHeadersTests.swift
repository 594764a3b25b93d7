import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// Header fields that many responses share: what is sent is the same as if each had set them.
@Suite struct PreparedHeadersTests {
    private static let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

    private let settings: ServerSettings
    private let constants: HeadConstants
    private let prepared = PreparedHeaders { fields in
        fields[.contentType] = "image/png"
        fields[.eTag] = "\"a\""
    }

    init() {
        var configuration = HTTPServer.Configuration()
        configuration.defaultResponseHeaders = [.contentType: "text/plain", .xContentTypeOptions: "nosniff"]
        configuration.serverHeader = nil
        settings = ServerSettings(configuration, version: 0)
        constants = HeadConstants(settings, date: HTTPDate(secondsSince1970: 784_111_777))
    }

    /// The head of a response that `change` has set up.
    private func head(
        _ prepared: PreparedHeaders? = nil,
        _ change: (inout ResponseDraft) -> Void = { _ in }
    ) throws -> String {
        var draft = ResponseDraft(isPersistent: true)
        draft.set((prepared ?? self.prepared).rendered(for: settings))
        change(&draft)
        var writer = ResponseWriter(.init(method: .other, version: .http1_1, mayPersist: true))
        var output = OutputBuffer()
        let text = draft.status.allowsContent ? "x" : ""
        try writer.end(.text(text), draft, constants, into: &output)
        var wire = ""
        output.drain { wire += String(buffer: $0) }
        return wire
    }

    @Test("They replace the server's default fields of the same names")
    func replaces() throws {
        #expect(
            try head()
                == "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nX-Content-Type-Options: nosniff\r\nETag: \"a\"\r\n"
                + Self.date + "Content-Length: 1\r\n\r\nx"
        )
    }

    @Test("They can be changed afterwards")
    func changedLater() throws {
        #expect(
            try head { $0.headers?[.eTag] = "\"b\"" }
                == "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nX-Content-Type-Options: nosniff\r\nETag: \"b\"\r\n"
                + Self.date + "Content-Length: 1\r\n\r\nx"
        )
        #expect(
            try head { $0.headers = nil }
                == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\n"
                + Self.date + "Content-Length: 1\r\n\r\nx"
        )
    }

    @Test("A response without content has no Content-Type")
    func noContent() throws {
        #expect(
            try head { $0.status = .noContent }
                == "HTTP/1.1 204 No Content\r\nX-Content-Type-Options: nosniff\r\nETag: \"a\"\r\n" + Self.date + "\r\n"
        )
    }

    @Test("An announced length counts", arguments: [0, 2])
    func announcedLength(length: Int) {
        #expect(throws: HTTPServerError.self) { try head { $0.contentLength = length } }
    }

    @Test("Fields that the server derives are not sent twice, nor against the framing")
    func managedFields() throws {
        let length = PreparedHeaders { $0[.contentLength] = "1" }
        let wire = try head(length)
        #expect(wire.hasSuffix(Self.date + "Content-Length: 1\r\n\r\nx"))
        #expect(wire.split(separator: "\r\n").count { $0.hasPrefix("Content-Length") } == 1)
        let wrong = PreparedHeaders { $0[.contentLength] = "2" }
        #expect(throws: HTTPServerError.contentLengthNotReached(announced: 2, written: 1)) { try head(wrong) }
        let dated = PreparedHeaders { $0[.date] = "Thu, 01 Jan 1970 00:00:00 GMT" }
        let dates = try head(dated).split(separator: "\r\n").filter { $0.hasPrefix("Date") }
        #expect(dates == ["Date: Thu, 01 Jan 1970 00:00:00 GMT"])
        let chunked = PreparedHeaders { $0[.transferEncoding] = "chunked" }
        #expect(throws: HTTPServerError.reservedField("Transfer-Encoding")) { try head(chunked) }
    }

    @Test("Each server's default fields are its own")
    func severalServers() {
        var configuration = HTTPServer.Configuration()
        configuration.serverHeader = "other"
        let other = ServerSettings(configuration, version: 0)
        for _ in 0..<2 {
            #expect(prepared.rendered(for: settings).fields[.server] == nil)
            #expect(prepared.rendered(for: other).fields[.server] == "other")
        }
        #expect(prepared.rendered(for: other) === prepared.rendered(for: other))
    }

    @Test("They are added to fields that were set before")
    func setBefore() async throws {
        try await withServer { [prepared] request in
            request.response.headers[.vary] = "origin"
            request.response.headers[.eTag] = "\"old\""
            request.response.apply(prepared)
            try await request.response.end("x")
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            #expect(
                try await client.receive(through: "\r\n\r\nx")
                    == "HTTP/1.1 200 OK\r\nVary: origin\r\nETag: \"a\"\r\nContent-Type: image/png\r\n"
                    + "Content-Length: 1\r\n\r\nx"
            )
        }
    }
}
