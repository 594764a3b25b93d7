import ArgumentParser
import Martlet

/// Guesses the number that number-thinker thinks of, until it is right.
struct NumberGuesser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "number-guesser",
        abstract: "Guesses numbers until number-thinker says that one is right.",
        discussion: "How a client sends a GET request with a query, and reads the response as text. "
            + "Start number-thinker first."
    )

    @Option(help: "The address or host name of the server.")
    var host = "127.0.0.1"

    @Option(help: "The port of the server.")
    var port = 4041

    @Option(help: "The seconds from one guess to the next.")
    var interval = 1.0

    func run() async throws {
        let console = Console()
        while true {
            let guess = Int.random(in: 0...9)
            console.print("Guess is \(guess).")
            // A server that answers with an error is another one: it would do so forever.
            let response = try await HTTPClient.shared.get("http://\(host):\(port)/?q=\(guess)").success()
            if try await response.text().hasPrefix("true") {
                console.print("Good guess, yay!")
                return
            }
            console.print("Bad guess, trying again.")
            try await Task.sleep(for: .seconds(interval))
        }
    }
}
