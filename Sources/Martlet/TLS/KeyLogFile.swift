import CLibrary

extension SecurityContext {
    /// A function for ``onKeyLog`` that appends to a file, as other programs do with the file that `SSLKEYLOGFILE`
    /// names. Programs such as Wireshark use it to decrypt the traffic of the connections.
    ///
    /// ```swift
    /// if let path = ProcessInfo.processInfo.environment["SSLKEYLOGFILE"] {
    ///     security.onKeyLog = try SecurityContext.keyLog(file: path)
    /// }
    /// ```
    ///
    /// Martlet never reads the variable itself, since the file allows anyone who has it to decrypt everything. A new
    /// file is readable by this user only.
    ///
    /// - Throws: ``FileError`` if the file can't be opened.
    public static func keyLog(file path: String) throws(FileError) -> @Sendable (String) -> Void {
        let file = try KeyLogFile(path)
        return { file.append($0) }
    }
}

/// The log file, open as long as the function exists.
private final class KeyLogFile: Sendable {
    private let descriptor: CInt

    init(_ path: String) throws(FileError) {
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(operation: "open", path: path, code: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// One system call for each line: other processes may be writing to the file too.
    func append(_ line: String) {
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
