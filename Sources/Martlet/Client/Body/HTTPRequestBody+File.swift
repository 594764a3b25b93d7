import HTTPWire
import NIOCore
import NIOPosix

extension HTTPRequestBody {
    /// The content of a file, which is read piece by piece, on threads of its own, while it is sent.
    ///
    /// - Parameters:
    ///   - path: The file. It must not become shorter until the request has been sent.
    ///   - contentType: The media type; none is sent by default.
    /// - Throws: ``HTTPClientError/fileError(_:)`` when the file can't be read.
    public static func file(_ path: String, contentType: String? = nil) async throws -> HTTPRequestBody {
        let length = try await LocalFile.run { try LocalFile(reading: path).length() }
        return HTTPRequestBody(length: length, contentType: contentType, isRepeatable: true) { body in
            try await body.send(contentsOf: path, length: length)
        }
    }
}

extension OutgoingBody {
    /// Adds the first `length` bytes of a file to the content.
    func send(contentsOf path: String, length: Int) async throws {
        let file = try await LocalFile.run { try LocalFile(reading: path) }
        var offset = 0
        while offset < length {
            let (start, count) = (offset, min(LocalFile.pieceSize, length - offset))
            let bytes = try await LocalFile.run { try file.read(at: start, count: count) }
            guard bytes.readableBytes > 0 else {
                throw HTTPClientError.fileError("\(path) became shorter while it was sent.")
            }
            offset += bytes.readableBytes
            try await send(.buffer(bytes))
        }
    }
}
