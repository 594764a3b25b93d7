import Foundation

/// A terminal that a test holds the other end of. It passes on what is written to it as it is.
struct PseudoTerminal {
    /// The test's end: what appears on the screen is read from it, keystrokes are written to it.
    let controller: CInt
    /// The process's end, kept open until the process has opened it.
    let device: CInt
    let path: String

    init(columns: UInt16) throws {
        var ends: (controller: CInt, device: CInt) = (-1, -1)
        var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&ends.controller, &ends.device, nil, nil, &size) == 0, let name = ttyname(ends.device) else {
            throw POSIXError(.ENOTTY)
        }
        (controller, device) = ends
        path = String(cString: name)
        closeOnExec(controller)
        closeOnExec(device)
        var settings = termios()
        tcgetattr(device, &settings)
        settings.c_oflag &= ~tcflag_t(OPOST)
        tcsetattr(device, TCSANOW, &settings)
    }
}
