import CLibrary
import NIOCore

extension NetrcFile {
    /// The longest file, in bytes.
    private static let maximumBytes = 1_048_576

    /// Reads a file, or the `.netrc` of the user's home directory.
    ///
    /// - Throws: ``CommandFailure``, also if others can read the file: ftp refuses such files, too.
    static func read(_ path: String?) async throws -> NetrcFile {
        let path = try path ?? "\(UserDirectory.home())/.netrc"
        let input = try InputBytes.path(path)
        var info = stat()
        if stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_mode & 0o077 != 0 {
            throw CommandFailure(
                .fileError,
                "\(path) can be read or changed by others. Make it private: chmod 600 \(path)"
            )
        }
        let (bytes, isComplete) = try await input.collect(upTo: maximumBytes)
        guard isComplete else { throw CommandFailure(.fileError, "\(path) is longer than 1 MiB.") }
        return try NetrcFile(String(buffer: bytes), path: path)
    }
}
