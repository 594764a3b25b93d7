import CLibrary

/// Reads and writes small files, which are replaced atomically. The calls block.
package enum DurableFile {
    /// The contents of the file; `nil` if it does not exist.
    ///
    /// - Throws: `FileError` if it cannot be read, or has more than `limit` bytes.
    package static func contents(of path: String, upTo limit: Int) throws(FileError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileError(operation: "open", path: path, code: errno)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = part.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(operation: "read", path: path, code: errno)
            }
            if count == 0 { return bytes }
            guard bytes.count + count <= limit else { throw FileError(operation: "read", path: path, code: EFBIG) }
            bytes += part.prefix(count)
        }
    }

    /// Replaces the file with one that holds `bytes` and is readable by this user only. The data is on the disk when
    /// this returns.
    ///
    /// - Throws: `FileError`; in that case the file is unchanged.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
        let temporary = "\(path).\(RandomText.hexadecimal()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(operation: "create", path: temporary, code: errno) }
        do throws(FileError) {
            try writeAll(bytes, to: descriptor, path: temporary)
            // Without this the new name could reach the disk before the data.
            guard fsync(descriptor) == 0 else { throw FileError(operation: "write", path: temporary, code: errno) }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
        do throws(FileError) {
            try move(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Renames a file, replacing another one if there is one.
    static func move(_ path: String, to newPath: String) throws(FileError) {
        guard rename(path, newPath) == 0 else { throw FileError(operation: "rename", path: path, code: errno) }
        // The name is stored in the folder, which has to be synced as well. Some file systems do not support, or need,
        // that.
        let folder =
            newPath.utf8.lastIndex(of: 0x2F).map { $0 == newPath.startIndex ? "/" : String(newPath[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: CInt, path: String) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(operation: "write", path: path, code: errno)
            }
            rest = rest.dropFirst(count)
        }
    }
}
