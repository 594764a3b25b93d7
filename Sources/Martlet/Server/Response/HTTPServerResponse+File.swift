import NIOCore
import NIOPosix

/// Sending files. With plain HTTP/1.1 the system copies the bytes from its cache to the socket (`sendfile`); if they
/// must be compressed, encrypted or framed, they are read piece by piece, off the event loop, as the client takes them.
extension HTTPServerResponse {
    /// Adds a part of a file to the content. Returns when the client has taken most of it.
    ///
    /// - Parameter range: The bytes to send, counted from 0.
    /// - Throws: ``HTTPServerError/fileTruncated`` when the file has become shorter. What was announced can't be sent
    ///   then: rethrow the error, and the connection is torn down, so that the client notices. ``FileError`` when the
    ///   file can't be read.
    public func write(_ file: OpenFile, _ range: Range<Int>) async throws {
        let exchange = exchange
        try await exchange.commitSession()
        let way = try await exchange.executor.run { try exchange.connection.beginContent(exchange) }
        guard way != .nothing else { return }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let size = way == .regions ? OpenFile.regionSize : OpenFile.pieceSize
            let part = offset..<min(offset + size, range.upperBound)
            offset = part.upperBound
            let isReady: Bool
            if way == .regions {
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
    /// - Parameter range: The bytes to send, counted from 0.
    /// - Throws: What ``write(_:_:)`` throws.
    public func end(_ file: OpenFile, _ range: Range<Int>) async throws {
        if !isHeadSent, contentLength == nil, headers[.contentLength] == nil {
            contentLength = range.count
        }
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

/// How the content of a file is sent.
enum FileWay: Sendable {
    /// As regions that the system sends.
    case regions
    /// As bytes that are read.
    case bytes
    /// Not at all, in response to HEAD.
    case nothing
}
