import HTTPWire
import NIOCore

extension HTTPClientResponse {
    /// Writes the content to a file.
    ///
    /// The file appears, or is replaced, when it is complete; until then its bytes are in a file beside it. A device or
    /// a folder is not replaced.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - progress: Called with how many bytes have been written, and how many there will be if that is known.
    /// - Returns: the number of bytes.
    /// - Throws: ``FileError``; otherwise what ``collect(upTo:)`` throws. An existing file is then unchanged.
    @discardableResult
    public func save(
        to path: String,
        progress: ((_ written: Int, _ total: Int?) -> Void)? = nil
    ) async throws -> Int {
        let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
        let temporaryPath = "\(path).\(suffix).part"
        let file = try await LocalFile.run {
            try LocalFile.checkIsReplaceable(path)
            return try LocalFile(creating: temporaryPath)
        }
        do {
            let total = contentLength
            var written = 0
            progress?(0, total)
            for try await bytes in body {
                try await LocalFile.run { try file.append(bytes) }
                written += bytes.readableBytes
                progress?(written, total)
            }
            try await LocalFile.run { try LocalFile.rename(temporaryPath, to: path) }
            return written
        } catch {
            LocalFile.remove(temporaryPath)
            throw error
        }
    }
}
