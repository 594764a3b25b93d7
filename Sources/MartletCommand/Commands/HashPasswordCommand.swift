import ArgumentParser
import CLibrary
import Martlet

/// Prints a line for the file of `martlet serve --auth-file`: `martlet hash-password han >> passwords`.
struct HashPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash-password",
        abstract: "Prints a line for the file of 'martlet serve --auth-file'.",
        discussion: """
            martlet hash-password han >> passwords
            martlet serve site --auth-file passwords

            The password is asked for, or read from standard input if that is not a terminal. The line has the name \
            and a hash (scrypt), from which nobody can get the password.
            """
    )

    @Argument(help: "The name of the user.")
    var name: String

    func validate() throws {
        guard !name.isEmpty, !name.hasPrefix("#"), name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0x3A })
        else { throw ValidationError("A name must not be empty, begin with # or have colons or control characters.") }
    }

    func run() async throws {
        let name = name
        try await perform {
            let password = try Self.password(of: name)
            do {
                try StandardStream.output.write("\(name):\(try await HashedUsers.hash(password))\n")
            } catch let error as HTTPError {
                throw CommandFailure(.usage, error.message)
            }
        }
    }

    private static func password(of name: String) throws -> String {
        guard isatty(0) == 1 else { return readLine() ?? "" }
        let password = try PasswordPrompt.ask("Password of \(TerminalText.line(name)): ")
        guard try PasswordPrompt.ask("The same again: ") == password else {
            throw CommandFailure(.usage, "The passwords differ. Try again.")
        }
        return password
    }
}
