import Foundation
import TestProcesses

/// A directory that is the root of programs, as in a container.
struct EmptyRoot {
    let directory: URL

    /// Whether this process may have a root of its own, and mount something there.
    static func isPossible() async throws -> Bool {
        guard getuid() == 0, access("/usr/bin/unshare", X_OK) == 0 else { return false }
        let process = try Subprocess("unshare", ["-m", "mount", "-t", "proc", "proc", "/proc"])
        return await process.exitStatus == 0
    }

    init(_ directory: URL) throws {
        self.directory = directory
        try FileManager.default.createDirectory(
            at: directory.appending(path: "proc"),
            withIntermediateDirectories: true
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path)
    }

    /// Starts a program of the root as nobody.
    ///
    /// - Parameter environment: Variables such as `PORT=80`; there are no others.
    func start(_ words: [String], environment: [String] = []) throws -> Subprocess {
        // As an engine has it: with /proc, where Swift finds the arguments, and without this process's variables.
        let script = """
            mount -t proc proc "$0/proc" && \
            exec env -i \(environment.joined(separator: " ")) /usr/sbin/chroot --userspec=65534:65534 "$0" "$@"
            """
        return try Subprocess("unshare", ["-m", "sh", "-c", script, directory.path] + words)
    }
}
