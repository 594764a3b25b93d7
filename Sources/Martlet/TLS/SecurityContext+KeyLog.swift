import CLibrary
extension SecurityContext {
    /// Something for ``onKeyLog`` that appends to a file, as other programs do with the file that `SSLKEYLOGFILE` names.
    /// Programs such as Wireshark read it, to show what was said on the connections.
    ///
    /// ```swift
    /// if let path = ProcessInfo.processInfo.environment["SSLKEYLOGFILE"] {
    ///     security.onKeyLog = try SecurityContext.keyLog(file: path)
    /// }
    /// ```
    ///
    /// Martlet never looks at the variable by itself: whoever has the file can read everything. A new file can be read
    /// by this user only.
    ///
    /// - Throws: ``FileError`` when the file can't be opened.
    public static func keyLog(file path: String) throws(FileError) -> @Sendable (String) -> Void {
        let file = try KeyLogFile(path)
        return { file.append($0) }
    }
}

/// The file, open for as long as somebody writes to it.
private final class KeyLogFile: Sendable {
    private let descriptor: CInt

    init(_ path: String) throws(FileError) {
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(operation: "open", path: path, code: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// One call for each line: others may be writing to the file too.
    func append(_ line: String) {
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
