import HTTPTypes

extension KnownFields {
    /// How a request's content ends (RFC 9112 section 6.3). Errors are reported at `position`.
    func requestFraming(version: HTTPVersion, position: Int) throws(HTTPParseError) -> BodyFraming {
        try checkTransferCoding(version: version, position: position)
        if transferCoding != .absent { return .chunked }
        if let contentLength { return .contentLength(contentLength) }
        return .none
    }

    /// How a response's content ends (RFC 9112 section 6.3), given its status and the request it answers.
    func responseFraming(
        version: HTTPVersion,
        statusCode: Int,
        requestMethod: HTTPRequest.Method,
        position: Int
    ) throws(HTTPParseError) -> BodyFraming {
        // Even where the fields frame nothing, a contradiction among them shows that the server cannot be trusted.
        try checkTransferCoding(version: version, position: position)
        if statusCode < 200 || statusCode == 204 || statusCode == 304 || requestMethod == .head { return .none }
        if requestMethod == .connect, statusCode < 300 { return .none }
        if transferCoding != .absent { return .chunked }
        if let contentLength { return .contentLength(contentLength) }
        return .untilClose
    }

    /// Whether the connection can carry another message after this one (RFC 9112 section 9.3).
    func isPersistent(version: HTTPVersion) -> Bool {
        if connection.contains(.close) { return false }
        return version != .http1_0 || connection.contains(.keepAlive)
    }

    private func checkTransferCoding(version: HTTPVersion, position: Int) throws(HTTPParseError) {
        guard transferCoding != .absent else { return }
        let reason: HTTPParseError.Reason
        switch (version, contentLength, transferCoding) {
        case (.http1_0, _, _): reason = .transferEncodingInHTTP10
        case (_, .some, _): reason = .contentLengthWithTransferEncoding
        case (_, _, .chunked), (_, _, .absent): return
        case (_, _, .chunkedTwice): reason = .chunkedRepeated
        case (_, _, .other), (_, _, .chunkedThenOther): reason = .chunkedNotFinal
        case (_, _, .otherThenChunked): reason = .unknownTransferCoding
        }
        throw HTTPParseError(reason, at: position)
    }
}
