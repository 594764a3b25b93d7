import CLibrary
import NIOCore

/// Standard output or standard error. Writing blocks until the reader has received everything.
struct StandardStream: Sendable {
    static let output = StandardStream(descriptor: 1)
    static let error = StandardStream(descriptor: 2)

    let descriptor: CInt

    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Whether to use colours: on a terminal that supports them, unless the user has set `NO_COLOR`.
    var showsColours: Bool { isTerminal && !Self.isDumb && Self.variable("NO_COLOR").isEmpty }

    /// Whether the terminal does not support escape sequences.
    static var isDumb: Bool {
        let terminal = variable("TERM")
        return terminal.isEmpty || terminal == "dumb"
    }

    private static func variable(_ name: String) -> String {
        getenv(name).map { String(cString: $0) } ?? ""
    }

    /// The width of the terminal in characters; nil if there is none.
    var columns: Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    func write(_ text: String) throws {
        try write(ByteBuffer(string: text))
    }

    /// Writes all of it.
    ///
    /// - Throws: ``BrokenPipe``, or ``CommandFailure``.
    func write(_ buffer: ByteBuffer) throws {
        var rest = buffer
        while rest.readableBytes > 0 {
            let count = rest.withUnsafeReadableBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest.moveReaderIndex(forwardBy: count)
                continue
            }
            switch errno {
            case EINTR:
                continue
            case EAGAIN:
                // Another process that shares the stream has made it non-blocking.
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            case EPIPE:
                throw BrokenPipe()
            default:
                let reason = String(cString: strerror(errno))
                throw CommandFailure(.fileError, "The output can't be written: \(reason).")
            }
        }
    }
}

/// The reader of the output has gone.
struct BrokenPipe: Error {}

private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
