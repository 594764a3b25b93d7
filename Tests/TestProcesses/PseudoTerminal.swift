import Foundation

/// A terminal that a test holds the other end of. It passes on what is written to it as it is.
struct PseudoTerminal {
    /// The test's end: what appears on the screen is read from it, keystrokes are written to it.
    let controller: CInt
    /// The process's end, kept open until the process has opened it.
    let device: CInt
    let path: String

    init(columns: UInt16) throws {
        controller = posix_openpt(O_RDWR | O_NOCTTY)
        guard controller >= 0, grantpt(controller) == 0, unlockpt(controller) == 0, let name = ptsname(controller)
        else { throw POSIXError(.ENOTTY) }
        closeOnExec(controller)
        path = String(cString: name)
        device = open(path, O_RDWR | O_NOCTTY)
        guard device >= 0 else { throw POSIXError(.ENOTTY) }
        closeOnExec(device)
        var settings = termios()
        tcgetattr(device, &settings)
        settings.c_oflag &= ~tcflag_t(OPOST)
        tcsetattr(device, TCSANOW, &settings)
        var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
    }
}
