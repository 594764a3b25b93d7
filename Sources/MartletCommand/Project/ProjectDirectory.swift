import CLibrary
import Martlet

/// Writes a new project: the whole directory, or nothing.
struct ProjectDirectory {
    /// The path of the new directory.
    let path: String

    /// Refuses a path at which there is something already.
    func checkIsNew() throws(CommandFailure) {
        var info = stat()
        if lstat(path, &info) == 0 {
            throw CommandFailure(
                .fileError,
                "\(path) exists already. Choose another name, or another directory with --path."
            )
        }
    }

    /// Writes the files into a directory beside the new one, and then gives it its name.
    func write(_ files: [ProjectTemplate.File]) throws {
        try checkIsNew()
        let draft = try makeDraft()
        var made = [draft]
        do {
            for file in files {
                let names = file.path.split(separator: "/")
                for count in 1..<max(names.count, 1) {
                    let directory = draft + "/" + names.prefix(count).joined(separator: "/")
                    if made.contains(directory) { continue }
                    if mkdir(directory, 0o777) != 0 { throw FileError(operation: "create", path: directory) }
                    made.append(directory)
                }
                let path = draft + "/" + file.path
                let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
                if descriptor < 0 { throw FileError(operation: "create", path: path) }
                made.append(path)
                defer { close(descriptor) }
                try StandardStream(descriptor: descriptor).write(file.text)
            }
            try checkIsNew()
            if rename(draft, path) != 0 { throw FileError(operation: "create", path: path) }
        } catch {
            // Nothing else can be in it.
            for path in made.reversed() where unlink(path) != 0 { rmdir(path) }
            throw error
        }
    }

    /// A directory beside the new one, so that it can be renamed.
    private func makeDraft() throws -> String {
        let draft = "\(path).\(UInt32.random(in: .min ... .max))~"
        if mkdir(draft, 0o777) != 0 { throw FileError(operation: "create", path: path) }
        return draft
    }
}

extension FileError {
    /// The error of the system call that has just failed.
    fileprivate init(operation: String, path: String) {
        self.init(operation: operation, path: path, code: errno)
    }
}
