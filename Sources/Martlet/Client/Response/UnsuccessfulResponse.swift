import HTTPTypes
import HTTPWire
import NIOCore

/// A response whose status does not mean success, where ``HTTPClientResponse/success(upTo:)`` asked for one.
public struct UnsuccessfulResponse: Error, Sendable, CustomStringConvertible {
    /// The method of the request.
    public let method: HTTPRequest.Method
    /// The URL of the request, after redirects.
    public let url: HTTPURL
    /// The status.
    public let status: HTTPResponse.Status
    /// The header fields.
    public let headers: HTTPFields
    /// The beginning of the content, which often says what is wrong.
    public let beginning: ByteBuffer

    /// The method, the URL without its query, the status, and the first line of a content that is text.
    public var description: String {
        let place = "\(url.origin)\(url.path)"
        // The usual phrase: HTTP/2 sends none.
        let phrase = HTTPResponse.Status.reasonPhrase(forCode: status.code).map { " \($0)" } ?? ""
        let sentence = "\(method) \(place) was answered \(status.code)\(phrase)"
        guard let text, !text.isEmpty else { return sentence + "." }
        return "\(sentence): \(text)"
    }

    /// The first line of a content that is text, without control characters.
    private var text: String? {
        guard headers.contentType.map({ $0.essence.hasPrefix("text/") || $0.isJSON }) ?? false else { return nil }
        let bytes = beginning.readableBytesView.prefix { $0 != 0x0A && $0 != 0x0D }
        let text = String(decoding: bytes, as: UTF8.self).filter { character in
            character.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        }
        return text.count > 200 ? text.prefix(200) + "…" : text
    }
}

extension HTTPClientResponse {
    /// This response, if its status means success (200 to 299).
    ///
    /// ```swift
    /// let notes = try await client.get(url).success().json([Note].self)
    /// ```
    ///
    /// - Parameter limit: How many bytes of another response's content the error holds at most. 4,096 by default.
    /// - Throws: ``UnsuccessfulResponse`` for any other status.
    @discardableResult
    public func success(upTo limit: Int = 4_096) async throws -> HTTPClientResponse {
        guard !isSuccess else { return self }
        var beginning = ByteBuffer()
        do {
            for try await bytes in body {
                beginning.writeBytes(bytes.readableBytesView.prefix(max(0, limit - beginning.readableBytes)))
                if beginning.readableBytes >= limit { break }
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The status says more than what became of the content.
        }
        throw UnsuccessfulResponse(method: method, url: url, status: status, headers: headers, beginning: beginning)
    }
}
