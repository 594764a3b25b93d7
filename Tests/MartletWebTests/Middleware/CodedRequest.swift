import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import NIOCore

/// What the tests of compressed requests share.
enum CodedRequest {
    static let everyCase = ContentCoding.supported.filter { $0 != .identity }
        .flatMap { coding in Transport.allCases.map { (coding, $0) } }
    static let text = (0..<5_000).map(String.init).joined(separator: " ")

    static func compress(_ text: String, _ coding: ContentCoding) throws -> ByteBuffer {
        try compress(ByteBuffer(string: text), coding)
    }

    static func compress(_ content: ByteBuffer, _ coding: ContentCoding) throws -> ByteBuffer {
        let compressor = try Compressor(coding)
        var output = ByteBuffer()
        try compressor.compress(content, into: &output)
        try compressor.finish(into: &output)
        return output
    }

    /// Reads the content in the way that the path says.
    static let reading: HTTPServer.Handler = { request in
        switch request.url.path {
        case "/json": try await request.response.end("\(try await request.json([String: Int].self)["a"] ?? 0)")
        case "/form": try await request.response.end(try await request.form()["a"] ?? "-")
        case "/parsed":
            let body = try await request.parsedBody()
            if case .text(let text) = body { try await request.response.end(text) }
        case "/multipart":
            for try await part in try request.multipart() { try await request.response.write(try await part.text()) }
        case "/stream":
            try await request.response.write(contentsOf: request.body)
        case "/fields":
            let fields = [HTTPField.Name.contentEncoding, .contentLength].map { request.headers[$0] ?? "-" }
            let length = request.contentLength.map(String.init) ?? "-"
            try await request.response.end("\(fields[0]) \(fields[1]) \(length) \(try await request.text().utf8.count)")
        case "/unread": try await request.response.end("unread")
        default: try await request.response.end(try await request.text())
        }
    }

    /// Sends content, and returns what the test looks at of the response.
    static func post(
        _ client: HTTPClient,
        _ url: String,
        _ content: ByteBuffer,
        _ coding: String?,
        type: String? = "text/plain"
    ) async throws -> (status: Int, text: String, accepted: String?) {
        var headers: HTTPFields = [:]
        headers[.contentEncoding] = coding
        let response = try await client.post(url, body: .buffer(content, contentType: type), headers: headers)
        return (response.status.code, try await response.text(), response.headers[.acceptEncoding])
    }
}
