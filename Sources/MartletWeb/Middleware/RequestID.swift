import HTTPTypes
import HTTPWire
import Martlet

/// Gives each request an id, by which its traces in logs can be found: in `X-Request-ID` of the response, in
/// `request.requestID`, and in the lines of ``RequestLog`` in JSON.
///
/// ```swift
/// try await server.serve(around: [RequestLog(.json), RequestID()]) { request in
///     logger.info("Saving", metadata: ["request": "\(request.requestID ?? "-")"])
/// }
/// ```
///
/// An id is 128 random bits as 32 hexadecimal digits. If a proxy in front has given the request one already, trust it
/// to do so: its `X-Request-ID` is then used, unless that is not a token (RFC 9110 section 5.6.2) of at most 128
/// characters. What other clients send is ignored, since they could choose the id of another request.
public struct RequestID: Middleware {
    enum Key: RequestStorageKey {
        typealias Value = String
    }

    private static let maximumLength = 128

    private let trusted: [AddressRange]

    /// Gives ids to requests.
    ///
    /// - Parameter proxies: The addresses of the clients, usually proxies, whose ids are used. None by default.
    public init(trusting proxies: [AddressRange] = []) {
        trusted = proxies
    }

    /// Wraps `handler`, and gives each request an id before. Those that the server refuses get one, too.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            let id = trustedID(of: request) ?? RandomText.hexadecimal()
            request[Key.self] = id
            // The answer to an error keeps this field.
            request.response.headers[.xRequestID] = id
            try await handler(request)
        }
    }

    /// The id from a trusted client.
    private func trustedID(of request: HTTPServerRequest) -> String? {
        guard !trusted.isEmpty, let peer = request.connectionInfo?.remoteAddress,
            trusted.contains(where: { $0.contains(peer) }),
            let id = request.headers.onlyValue(of: .xRequestID), id.utf8.count <= Self.maximumLength, id.isToken
        else { return nil }
        return id
    }
}

extension HTTPServerRequest {
    /// The id that ``RequestID`` has given the request; nil without that middleware.
    public var requestID: String? { self[RequestID.Key.self] }
}
