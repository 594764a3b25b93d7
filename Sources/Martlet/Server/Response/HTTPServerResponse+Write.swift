import HTTPTypes
import HTTPWire
import NIOCore
import NIOPosix

/// Writing. Each function returns when the client has taken enough of what was written before; when the client is
/// gone it throws ``HTTPServerError/connectionClosed``.
extension HTTPServerResponse {
    /// Adds a text to the content, as UTF-8.
    public func write(_ text: String) async throws {
        try await write(.text(text))
    }

    /// Adds a text and a line feed to the content.
    public func writeLine(_ text: String = "") async throws {
        try await write(.text(text + "\n"))
    }

    /// Adds the texts of `items` to the content, with `separator` between them.
    public func writeAll(_ items: some Sequence<some CustomStringConvertible>, separator: String = "") async throws {
        try await write(.text(items.map { $0.description }.joined(separator: separator)))
    }

    /// Adds bytes to the content.
    public func write(_ bytes: ByteBuffer) async throws {
        try await write(.buffer(bytes))
    }

    /// Adds bytes to the content.
    public func write(bytes: some Sequence<UInt8>) async throws {
        try await write(OutgoingContent(bytes))
    }

    /// Adds everything in `source` to the content as it arrives.
    public func write<Source: AsyncSequence>(contentsOf source: Source) async throws
    where Source.Element == ByteBuffer {
        for try await bytes in source {
            try await write(.buffer(bytes))
        }
    }

    /// Adds every text of `source` to the content as it arrives.
    public func write<Source: AsyncSequence>(contentsOf source: Source) async throws where Source.Element == String {
        for try await text in source {
            try await write(.text(text))
        }
    }

    /// Sends what is buffered, and the head if that has not been sent.
    public func flush() async throws {
        try await exchange.commitSession()
        let exchange = exchange
        let isReady = try await exchange.executor.run { try exchange.connection.flush(exchange) }
        if !isReady {
            try await exchange.connection.waitUntilWritable()
        }
    }

    /// Ends the response. When nothing was written before, it has no content.
    ///
    /// - Throws: ``HTTPServerError/contentLengthNotReached(announced:written:)`` when less was written than announced.
    public func end() async throws {
        try await end(.none)
    }

    /// Sends a text, as UTF-8, and ends the response. If nothing was written before, its length is announced.
    ///
    /// A text of more than 64 KiB is not copied before the client takes it, so that responses can share a large one.
    public func end(_ text: String) async throws {
        try await end(.text(text))
    }

    /// Sends a text of the given type, as UTF-8, and ends the response.
    public func end(_ text: String, contentType: MediaType) async throws {
        headers.contentType = contentType
        try await end(.text(text))
    }

    /// Sends bytes and ends the response. If nothing was written before, their number is announced.
    public func end(_ bytes: ByteBuffer) async throws {
        try await end(.buffer(bytes))
    }

    /// Sends bytes and ends the response. If nothing was written before, their number is announced. An array is not
    /// copied before the client takes it, if it has more than 64 KiB.
    public func end(bytes: some Sequence<UInt8>) async throws {
        try await end(OutgoingContent(bytes))
    }

    /// Sends an informational response ahead of the final one, for example 103 Early Hints (RFC 8297). It is not sent
    /// to HTTP/1.0 clients, which do not understand it.
    public func sendInformational(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) async throws {
        let exchange = exchange
        try await exchange.executor.run {
            try exchange.connection.writeInformational(exchange, status, headers)
        }
    }

    /// Redirects the client and ends the response.
    ///
    /// - Parameters:
    ///   - location: An absolute or relative URL, sent as it is; characters that a URL can't have are encoded.
    ///   - status: 302 Found by default.
    /// - Throws: ``HTTPServerError/headAlreadySent`` when the head has been sent.
    public func redirect(to location: String, status: HTTPResponse.Status = .found) async throws {
        guard !isHeadSent else { throw HTTPServerError.headAlreadySent }
        self.status = status
        headers[.location] = Self.encodedLocation(location)
        try await end(.none)
    }

    @inline(__always)
    private func end(_ content: OutgoingContent) async throws {
        if exchange.endsAtOnce, exchange.executor.isCurrent {
            return try exchange.connection.end(exchange, content)
        }
        try await endElsewhere(content)
    }

    /// Ends a response that has a session to store or an entity tag to make, or whose handler runs on another thread.
    private func endElsewhere(_ content: OutgoingContent) async throws {
        let exchange = exchange
        try await exchange.commitSession()
        let content = try exchange.entityTagLimit.map { try exchange.tagged(content, upTo: $0) } ?? content
        try await exchange.executor.run { try exchange.connection.end(exchange, content) }
    }

    private func write(_ content: OutgoingContent) async throws {
        try await exchange.commitSession()
        let exchange = exchange
        let isReady = try await exchange.executor.run { try exchange.connection.write(exchange, content) }
        if !isReady {
            try await exchange.connection.waitUntilWritable()
        }
    }

    /// Encodes the characters that a URL can't have, so that none of them can end the field.
    private static func encodedLocation(_ location: String) -> String {
        var encoded = ""
        for byte in location.utf8 {
            switch byte {
            case 0x21, 0x23...0x3B, 0x3D, 0x3F...0x5B, 0x5D, 0x5F, 0x61...0x7A, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                encoded += hex.utf8.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return encoded
    }
}

/// Sending files. With plain HTTP/1.1 the system copies the bytes from its cache to the socket (`sendfile`); if they
/// must be compressed, encrypted or framed, they are read piece by piece, off the event loop, as the client takes them.
extension HTTPServerResponse {
    /// Adds a part of a file to the content. Returns when the client has taken most of it.
    ///
    /// - Parameter file: The file to send.
    /// - Parameter range: The bytes to send, counted from 0.
    /// - Throws: ``HTTPServerError/fileTruncated`` when the file has become shorter. What was announced can't be sent
    ///   then: rethrow the error, and the connection is torn down, so that the client notices. ``FileError`` when the
    ///   file can't be read.
    public func write(_ file: OpenFile, _ range: Range<Int>) async throws {
        let exchange = exchange
        try await exchange.commitSession()
        let transfer = try await exchange.executor.run { try exchange.connection.beginContent(exchange) }
        guard transfer != .nothing else { return }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let size = transfer == .regions ? OpenFile.regionSize : OpenFile.pieceSize
            let part = offset..<min(offset + size, range.upperBound)
            offset = part.upperBound
            let isReady: Bool
            if transfer == .regions {
                let slice = FileSlice(file: file, range: part)
                isReady = try await exchange.executor.run { try exchange.connection.write(exchange, slice) }
            } else {
                let bytes = try await NIOThreadPool.singleton.runIfActive { try file.read(part) }
                guard bytes.readableBytes == part.count else { throw HTTPServerError.fileTruncated }
                isReady = try await exchange.executor.run { try exchange.connection.write(exchange, .buffer(bytes)) }
            }
            if !isReady {
                try await exchange.connection.waitUntilWritable()
            }
        }
    }

    /// Sends a part of a file and ends the response. If nothing was written before, its length is announced.
    ///
    /// - Parameter file: The file to send.
    /// - Parameter range: The bytes to send, counted from 0.
    /// - Throws: What ``write(_:_:)`` throws.
    public func end(_ file: OpenFile, _ range: Range<Int>) async throws {
        if exchange.read({ !$0.isHeadSent && $0.announcedLength == nil }) { contentLength = range.count }
        let exchange = exchange
        if range.count <= OpenFile.regionSize {
            try await exchange.commitSession()
            let slice = FileSlice(file: file, range: range)
            if try await exchange.executor.run({ try exchange.connection.end(exchange, slice) }) { return }
        }
        try await write(file, range)
        try await end()
    }
}
