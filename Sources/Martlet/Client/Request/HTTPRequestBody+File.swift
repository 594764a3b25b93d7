import CLibrary
import HTTPWire
import NIOCore
import NIOPosix

extension HTTPRequestBody {
    /// The content of a file, which is read piece by piece while it is sent, off the event loops.
    ///
    /// - Parameters:
    ///   - path: The file. It must not become shorter until the request has been sent.
    ///   - contentType: The media type; none is sent by default.
    /// - Throws: ``FileError`` when the file can't be read.
    public static func file(_ path: String, contentType: String? = nil) async throws -> HTTPRequestBody {
        let length = try await OpenFile.open(path).byteCount()
        return HTTPRequestBody(length: length, contentType: contentType, isRepeatable: true) { body in
            try await body.send(contentsOf: path, length: length)
        }
    }
}

extension OutgoingBody {
    /// Adds the first `length` bytes of a file to the content.
    func send(contentsOf path: String, length: Int) async throws {
        let file = try await OpenFile.open(path)
        var offset = 0
        while offset < length {
            let piece = offset..<min(offset + OpenFile.pieceSize, length)
            let bytes = try await NIOThreadPool.singleton.runIfActive { try file.read(piece) }
            guard bytes.readableBytes > 0 else { throw FileError(operation: "read", path: path, code: ENODATA) }
            offset += bytes.readableBytes
            try await send(.buffer(bytes))
        }
    }
}
