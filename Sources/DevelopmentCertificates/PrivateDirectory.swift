import CLibrary

/// A directory for small files that belong to one user. Its members block.
struct PrivateDirectory {
    /// How long to wait for the lock of another process, in hundredths of a second.
    private static let patience = 1_000
    /// Larger than a key or a certificate.
    private static let maximumFileSize = 65_536

    let path: String

    /// Creates the directory and its parents if they do not exist.
    ///
    /// - Throws: ``DevelopmentCertificateError``, also if others can write to the directory.
    init(_ path: String) throws(DevelopmentCertificateError) {
        self.path = path
        try Self.make(path)
        var facts = stat()
        guard stat(path, &facts) == 0 else { throw DevelopmentCertificateError("open", path) }
        guard facts.st_mode & S_IFMT == S_IFDIR else {
            throw DevelopmentCertificateError("\(path) is not a directory.")
        }
        guard facts.st_uid == geteuid(), facts.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw DevelopmentCertificateError(
                "Others can write to \(path), so keys are not safe there. Choose a directory of your own."
            )
        }
        // Keys must never be committed, even if the directory is inside a project.
        if try read(".gitignore") == nil { try write("*\n", as: ".gitignore") }
    }

    /// Runs `body` with an exclusive lock on the directory.
    func locked<Result>(
        _ body: () throws(DevelopmentCertificateError) -> Result
    ) throws(DevelopmentCertificateError) -> Result {
        let descriptor = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DevelopmentCertificateError("open", "\(path)/lock") }
        // Closing it releases the lock, and so does the end of the process.
        defer { close(descriptor) }
        var turns = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw DevelopmentCertificateError("lock", "\(path)/lock")
            }
            turns += 1
            guard turns < Self.patience else {
                throw DevelopmentCertificateError("Another program holds \(path)/lock. Stop it, and try again.")
            }
            usleep(10_000)
        }
        return try body()
    }

    /// The text of a file; nil if it does not exist. Makes it readable by this user only.
    func read(_ name: String) throws(DevelopmentCertificateError) -> String? {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw DevelopmentCertificateError("open", file)
        }
        defer { close(descriptor) }
        fchmod(descriptor, 0o600)
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= Self.maximumFileSize {
            let count = part.withUnsafeMutableBytes { Self.read(descriptor, $0) }
            guard count >= 0 else { throw DevelopmentCertificateError("read", file) }
            if count == 0 { break }
            bytes += part.prefix(count)
        }
        guard bytes.count <= Self.maximumFileSize, let text = String(validating: bytes, as: UTF8.self) else {
            throw DevelopmentCertificateError("\(file) is not a file of Martlet. Remove it.")
        }
        return text
    }

    /// Creates or replaces a file atomically.
    func write(_ text: String, as name: String) throws(DevelopmentCertificateError) {
        let file = "\(path)/\(name)"
        let temporary = "\(file).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DevelopmentCertificateError("create", temporary) }
        var rest = Array(text.utf8)[...]
        var succeeded = true
        while succeeded, !rest.isEmpty {
            let count = rest.withUnsafeBytes { Self.write(descriptor, $0) }
            succeeded = count >= 0
            rest = rest.dropFirst(max(count, 0))
        }
        succeeded = succeeded && fsync(descriptor) == 0
        close(descriptor)
        guard succeeded, rename(temporary, file) == 0 else {
            let error = DevelopmentCertificateError("write", file)
            unlink(temporary)
            throw error
        }
    }

    private static func read(_ descriptor: CInt, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = CLibrary.read(descriptor, bytes.baseAddress, bytes.count)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    private static func write(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            let count = CLibrary.write(descriptor, bytes.baseAddress, bytes.count)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    /// Creates a directory and its parents. The mode applies to new ones.
    private static func make(_ path: String) throws(DevelopmentCertificateError) {
        guard access(path, F_OK) != 0 else { return }
        if let slash = path.utf8.lastIndex(of: 0x2F), slash != path.startIndex { try make(String(path[..<slash])) }
        // Another process may have been faster.
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw DevelopmentCertificateError("create", path) }
    }
}
