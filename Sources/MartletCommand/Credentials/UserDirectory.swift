import CLibrary
import Martlet

/// The directories in which programs keep what belongs to the user.
enum UserDirectory {
    static func home() throws(CommandFailure) -> String {
        guard let home = variable("HOME") else {
            throw CommandFailure(.fileError, "HOME is not set, so there is no home directory. Set it.")
        }
        return home
    }

    /// The directory for what outlasts a run but is neither settings nor documents (XDG Base Directory Specification).
    static func state() throws(CommandFailure) -> String {
        // A relative path is ignored, as the specification has it.
        if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") { return state }
        return try "\(home())/.local/state"
    }

    /// Makes a directory, and those that it is in, for the user alone.
    static func make(_ path: String) throws(FileError) {
        var current = ""
        for name in path.split(separator: "/") {
            current += (current.isEmpty && !path.hasPrefix("/") ? "" : "/") + name
            if mkdir(current, 0o700) == 0 { continue }
            let code = errno
            // A directory that is there may be one in which nothing can be made (EROFS, EACCES).
            var info = stat()
            guard stat(current, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
                throw FileError(operation: "create", path: current, code: code)
            }
        }
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }
}
