import ArgumentParser

/// The options that say who may reach a server.
struct AccessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Let in only those who know this name and password. Can be repeated.",
            discussion: "Without the password, it is asked for: others on this machine can see command lines.",
            valueName: "name:password"
        )
    )
    var auth: [UserArgument] = []

    @Option(
        help: ArgumentHelp(
            "Let in only those whose name and password are in this file, with lines of 'martlet hash-password'.",
            valueName: "file"
        ),
        completion: .file()
    )
    var authFile: String?

    /// Whether a name and a password are asked for.
    var isUsed: Bool { !auth.isEmpty || authFile != nil }

    func validate() throws {
        for user in auth {
            guard !user.name.isEmpty else { throw ValidationError("--auth: a user name is missing before the colon.") }
            guard user.password != "" else { throw ValidationError("--auth: the password must not be empty.") }
        }
        guard Set(auth.map(\.name)).count == auth.count else {
            throw ValidationError("--auth: each name needs one password.")
        }
    }
}
