import CLibrary

/// Asks for a password at the terminal, without echo.
enum PasswordPrompt {
    /// The longest line of a terminal.
    private static let maximumLength = 4_096

    /// Reads a line from the terminal.
    ///
    /// - Throws: ``CommandFailure`` if there is no terminal, ``KeyboardInterrupt`` if Control-C is pressed.
    static func ask(_ prompt: String) throws -> String {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else {
            throw CommandFailure(
                .usage,
                "There is no terminal to ask for the password. Use --user name:password."
            )
        }
        defer { close(terminal) }
        var settings = termios()
        guard tcgetattr(terminal, &settings) == 0 else {
            throw CommandFailure(.usage, "The terminal can't hide a password. Use --user name:password.")
        }
        let shown = settings
        // Signals are handled here as well, since they must not leave the terminal without echo.
        settings.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(terminal, TCSAFLUSH, &settings)
        let stream = StandardStream(descriptor: terminal)
        defer {
            var settings = shown
            tcsetattr(terminal, TCSAFLUSH, &settings)
            try? stream.write("\n")
        }
        try stream.write(prompt)
        return try line(from: terminal)
    }

    private static func line(from terminal: CInt) throws -> String {
        var typed: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            let count = read(terminal, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw CommandFailure(.failure, "The terminal was closed.") }
            switch byte {
            case 0x0A, 0x0D, 0x04:
                return String(decoding: typed, as: UTF8.self)
            case 0x03:
                throw KeyboardInterrupt()
            case 0x08, 0x7F:
                // The whole character, not just its last byte.
                while let last = typed.popLast(), last & 0xC0 == 0x80 {}
            case 0x15:
                typed = []
            default:
                if typed.count < maximumLength { typed.append(byte) }
            }
        }
    }
}
