import HTTPTypes
import Martlet
import NIOCore

/// The parts of an exchange that are told besides the response.
struct TestExchange: Sendable {
    /// How much of the content is shown, in bytes.
    private static let contentLimit = 4_096

    let carrier: TestServer.Carrier
    /// The request line and the fields, as they were sent.
    let requestHead: String
    /// The errors that the server has logged meanwhile.
    let errors: [any Error]

    /// The exchange as `curl -v` shows it.
    func text(of response: TestResponse) -> String {
        var lines = ["* TestServer over \(carrier)"]
        let sent = requestHead.split(separator: "\r\n", omittingEmptySubsequences: true)
        lines += sent.map { "> \($0)" } + [">"]
        let phrase = HTTPResponse.Status.reasonPhrase(forCode: response.status.code).map { " \($0)" } ?? ""
        lines.append("< HTTP/\(response.version) \(response.status.code)\(phrase)")
        lines += response.headers.map { "< \($0.name): \($0.value)" } + ["<"]
        if response.body.readableBytes > 0 { lines.append(Self.text(of: response.body)) }
        lines += response.trailers.map { "< \($0.name): \($0.value)" }
        lines += errors.map { "* A handler threw: \($0)" }
        return lines.joined(separator: "\n")
    }

    private static func text(of content: ByteBuffer) -> String {
        let bytes = content.readableBytesView
        let shown = bytes.prefix(contentLimit)
        // A character that the limit cuts in two is no sign of binary content.
        guard let text = (0...3).lazy.compactMap({ String(validating: shown.dropLast($0), as: UTF8.self) }).first,
            !text.unicodeScalars.contains(where: { $0.value < 0x20 && !["\n", "\r", "\t"].contains($0) })
        else { return "* \(bytes.count) bytes that are no text" }
        return bytes.count > shown.count ? "\(text)\n* and \(bytes.count - shown.count) bytes more" : text
    }
}
