/// The settings of the server, read from the environment.
struct Settings: Sendable {
    /// The address to listen on, `HOST`.
    var host = "127.0.0.1"
    /// The port to listen on, `PORT`; 0 stands for any free one.
    var port = 8080
    /// The directory of the static files, `PUBLIC_DIRECTORY`.
    var publicDirectory = "Public"

    /// Reads the settings from the variables of the environment.
    init(_ environment: [String: String]) throws {
        if let host = environment["HOST"] { self.host = host }
        if let text = environment["PORT"] {
            guard let port = Int(text), (0...65_535).contains(port) else { throw InvalidPort(text: text) }
            self.port = port
        }
        if let directory = environment["PUBLIC_DIRECTORY"] { publicDirectory = directory }
    }
}

/// An invalid value of `PORT`.
struct InvalidPort: Error, CustomStringConvertible {
    let text: String

    var description: String { "PORT must be a number from 0 to 65535, not \"\(text)\"." }
}
