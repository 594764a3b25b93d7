import Foundation
import Synchronization

/// A process that has been started, and the ends of the pipes that it writes to.
struct Spawned {
    let identifier: pid_t
    let output: CInt
    let errors: CInt
}

/// While one process is being started no other may be: it would inherit pipes that are not its own.
private let turn = Mutex(())

/// Starts a process that has nothing of this one but its environment and two pipes.
func spawn(_ executable: String, _ arguments: [String], in directory: String) throws -> Spawned {
    // The shell changes the directory, and then becomes the program.
    let words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory, executable] + arguments
    return try turn.withLock { _ in
        let (output, errors) = try (makePipe(), makePipe())
        defer {
            close(output.write)
            close(errors.write)
        }
        let identifier = try spawn(words, output: output.write, errors: errors.write)
        return Spawned(identifier: identifier, output: output.read, errors: errors.read)
    }
}

private func makePipe() throws -> (read: CInt, write: CInt) {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
    for end in ends { closeOnExec(end) }
    return (ends[0], ends[1])
}

/// Keeps a descriptor from processes that are started later.
func closeOnExec(_ descriptor: CInt) {
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
}

private func spawn(_ words: [String], output: CInt, errors: CInt) throws -> pid_t {
    #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
    #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)

    // The threads that tests run on block signals; the process is to get them.
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

    var strings = words.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    var identifier: pid_t = 0
    let result = posix_spawn(&identifier, words[0], &actions, &attributes, &strings, environ)
    guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: result) ?? .EINVAL) }
    return identifier
}
