import ArgumentParser
import CLibrary

/// Writes a new server project: `martlet new note-server`.
struct NewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Writes a new server project.",
        discussion: """
            martlet new note-server
            cd note-server
            swift run

            The project is a package with routes, tests, static files, a Dockerfile and a unit for systemd. It is \
            written as a whole or not at all, and nothing that exists is changed.
            """
    )

    @Argument(help: "The name of the project, such as note-server: letters, digits and hyphens.")
    var name: String

    @Option(
        help: ArgumentHelp("The directory to make; NAME in this one by default.", valueName: "dir"),
        completion: .directory
    )
    var path: String?

    @Option(
        help: ArgumentHelp("Use a checkout of Martlet on this machine, not the published package.", valueName: "dir"),
        completion: .directory
    )
    var martletPath: String?

    func validate() throws {
        do {
            _ = try ProjectName(name)
        } catch {
            throw ValidationError("\(error)")
        }
        if path == "" { throw ValidationError("--path must not be empty.") }
    }

    func run() async throws {
        let command = self
        try await perform { try command.write() }
    }

    private func write() throws {
        let name = try ProjectName(name)
        let template = ProjectTemplate(name: name, dependency: try dependency)
        let path = trimmed(path ?? self.name)
        try ProjectDirectory(path: path).write(template.files)
        let shown = TerminalText.line(path)
        try StandardStream.output.write(
            """
            Wrote \(shown), with \(template.files.count) files. Next:
              cd \(shown)
              swift run     # http://127.0.0.1:8080/
              swift test

            """
        )
    }

    /// The path without slashes at its end: a draft is made beside it.
    private func trimmed(_ path: String) -> String {
        let bytes = path.utf8.reversed().drop { $0 == UInt8(ascii: "/") }.reversed()
        return bytes.isEmpty ? "/" : String(decoding: Array(bytes), as: UTF8.self)
    }

    private var dependency: ProjectTemplate.Dependency {
        get throws {
            guard let martletPath else { return .published }
            guard access("\(martletPath)/Package.swift", R_OK) == 0 else {
                throw CommandFailure(
                    .fileError,
                    "\(martletPath) is not a checkout of Martlet: it has no Package.swift. Check --martlet-path."
                )
            }
            return .checkout(path: OutputFile.target(of: martletPath))
        }
    }
}
