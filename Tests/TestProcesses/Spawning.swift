import Foundation
import Synchronization

/// A process that has been started, and the ends of what it writes to.
struct Spawned {
    let identifier: pid_t
    let output: CInt
    let errors: CInt
    /// The keyboard of its terminal, if it has one.
    let terminal: CInt?
}

/// While one process is being started no other may be: it would inherit pipes that are not its own.
private let turn = Mutex(())

/// Starts a process that has nothing of this one but its environment, two pipes, and perhaps a terminal of its own.
func spawn(
    _ command: [String],
    in directory: String,
    input: String,
    terminals: Set<CInt>,
    leadsGroup: Bool
) throws -> Spawned {
    // The shell changes the directory, and then becomes the program.
    let words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory] + command
    return try turn.withLock { _ in
        let terminal = terminals.isEmpty ? nil : try PseudoTerminal(columns: 60)
        let (output, errors) = try (makePipe(), makePipe())
        defer {
            close(output.write)
            close(errors.write)
            if let terminal { close(terminal.device) }
        }
        let isTerminal = { (descriptor: CInt) in terminals.contains(descriptor) ? terminal?.path : nil }
        let identifier = try spawn(
            words,
            hasTerminal: terminal != nil,
            leadsGroup: leadsGroup,
            streams: [
                .path(isTerminal(0) ?? input),
                isTerminal(1).map { .path($0) } ?? .descriptor(output.write),
                isTerminal(2).map { .path($0) } ?? .descriptor(errors.write),
            ]
        )
        var ends = (output: output.read, errors: errors.read)
        if let terminal {
            // What appears on the terminal takes the place of the pipe that is not used.
            if terminals.contains(1) {
                close(ends.output)
                ends.output = terminal.controller
            } else if terminals.contains(2) {
                close(ends.errors)
                ends.errors = terminal.controller
            }
        }
        return Spawned(
            identifier: identifier,
            output: ends.output,
            errors: ends.errors,
            terminal: terminal.map { duplicate($0.controller) }
        )
    }
}

private func makePipe() throws -> (read: CInt, write: CInt) {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
    for end in ends { closeOnExec(end) }
    return (ends[0], ends[1])
}

/// Keeps a descriptor from processes that are started later.
package func closeOnExec(_ descriptor: CInt) {
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
}

private func duplicate(_ descriptor: CInt) -> CInt {
    let copy = dup(descriptor)
    closeOnExec(copy)
    return copy
}

/// The descriptors of this process that others would inherit unless they are closed.
private func openDescriptors() -> [CInt] {
    #if os(Linux)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { CInt($0) }
    #else
        // Closed by POSIX_SPAWN_CLOEXEC_DEFAULT.
        return []
    #endif
}

/// What a process gets as one of its first descriptors.
private enum Stream {
    case path(String)
    case descriptor(CInt)
}

private func spawn(_ words: [String], hasTerminal: Bool, leadsGroup: Bool, streams: [Stream]) throws -> pid_t {
    #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        let newSession = Int16(POSIX_SPAWN_SETSID)
    #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        // POSIX_SPAWN_SETSID, which the C library's header hides from Swift.
        let newSession: Int16 = 0x80
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (index, stream) in streams.enumerated() {
        switch stream {
        case .path(let path):
            posix_spawn_file_actions_addopen(&actions, CInt(index), path, index == 0 ? O_RDONLY : O_RDWR, 0)
        case .descriptor(let descriptor):
            posix_spawn_file_actions_adddup2(&actions, descriptor, CInt(index))
        }
    }

    // A socket of another test would stay open, to its peer, for as long as this process runs.
    for descriptor in openDescriptors() where descriptor > 2 {
        posix_spawn_file_actions_addclose(&actions, descriptor)
    }

    // The threads that tests run on block signals; the process is to get them.
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
    // The first terminal that the leader of a session opens is its controlling terminal.
    if hasTerminal { flags |= newSession }
    if leadsGroup { flags |= Int16(POSIX_SPAWN_SETPGROUP) }
    #if canImport(Darwin)
        flags |= Int16(POSIX_SPAWN_CLOEXEC_DEFAULT)
    #endif
    posix_spawnattr_setflags(&attributes, flags)

    var strings = words.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    var identifier: pid_t = 0
    let result = posix_spawn(&identifier, words[0], &actions, &attributes, &strings, environ)
    guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: result) ?? .EINVAL) }
    return identifier
}
