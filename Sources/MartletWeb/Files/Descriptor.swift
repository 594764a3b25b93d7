import CLibrary
import NIOPosix

/// A file descriptor that is closed when nobody holds it any more.
final class Descriptor: Sendable {
    let number: CInt
    private let mayHoldLastLink: Bool
    /// Whether the caller of ``release()`` closes it.
    private nonisolated(unsafe) var isReleased = false
    // Safe because only ``release()`` writes it, which requires the only reference.

    /// - Parameter mayHoldLastLink: Whether closing the descriptor may delete a large file, which can take long: it is
    ///   then done on a thread that may block, since the last reference can go away on any thread.
    init(_ number: CInt, mayHoldLastLink: Bool = false) {
        self.number = number
        self.mayHoldLastLink = mayHoldLastLink
    }

    /// The result of a system call that opens something.
    convenience init(opened number: CInt) throws {
        guard number >= 0 else { throw FileTree.Failure(errno) }
        self.init(number)
    }

    deinit {
        guard !isReleased else { return }
        let number = number
        if mayHoldLastLink {
            NIOThreadPool.singleton.submit { _ in close(number) }
        } else {
            close(number)
        }
    }

    /// The number, which the caller must close. Call it only on a descriptor without other references.
    func release() -> CInt {
        isReleased = true
        return number
    }
}

/// Flags of system calls, some of which Swift does not import.
enum SystemFlag {
    /// For reading, without waiting for a writer.
    static var read: CInt { O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC }

    #if os(Linux)
        /// `O_PATH`: finds a file without opening it. The same on all architectures that Swift runs on.
        static let path: CInt = 0o10_000_000
        /// For a directory that is only traversed: no permission to list it is needed.
        static let searchDirectory = path
    #else
        static let searchDirectory = O_RDONLY
    #endif
}

func systemOpen(_ path: UnsafePointer<CChar>, _ flags: CInt) -> CInt {
    open(path, flags)
}
