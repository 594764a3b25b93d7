import Martlet
import Synchronization

/// Thinks of a number from 0 to 9. `GET /?q=7` asks whether it is 7.
///
/// Programs get plain text, browsers a page, depending on the `Accept` field of the request.
final class NumberThinker: TutorialProgram {
    static let guide = ProgramGuide(
        name: "number-thinker",
        port: 4041,
        summary: "Thinks of a number from 0 to 9 and lets you guess it.",
        lesson: "How a form sends a GET request, and how a server reads its method, its query and its header fields.",
        path: "/make_a_guess.html",
        linkText: "Make a guess",
        curl: { "curl '\($0)?q=7'" }
    )

    private let console: Console
    // Requests are answered concurrently, on several threads, so shared state needs a lock.
    private let secret: Mutex<Int>

    init(options: NoOptions, console: Console) {
        let number = Int.random(in: 0...9)
        self.console = console
        self.secret = Mutex(number)
        console.print("I'm thinking of a number: \(number)")
    }

    func handle(_ request: HTTPServerRequest) async throws {
        defer { console.print("Request handled.") }
        switch request.method {
        case .get, .head:
            try await answerGuess(request)
        default:
            // An HTTPError that is thrown becomes the response.
            throw HTTPError(
                refusing: request.method,
                allowed: [.get, .head],
                "Unsupported request: \(request.method)."
            )
        }
    }

    private func answerGuess(_ request: HTTPServerRequest) async throws {
        let guess = try guess(in: request)
        let isRight = guess.map { check($0, keepsNumber: request.method == .head) } ?? false
        let response = request.response
        response.headers[.cacheControl] = "no-store"
        response.headers[.vary] = "Accept"
        if wantsPage(request) || (guess == nil && request.url.path == "/make_a_guess.html") {
            try await response.end(MakeAGuessPage(guess: guess, isRight: isRight).page)
        } else {
            try await response.end(isRight ? "true\nI'm thinking of another number.\n" : "false\n")
        }
    }

    /// The parameter `q`; nil if there is none.
    private func guess(in request: HTTPServerRequest) throws -> String? {
        do {
            return try request.url.queryParameters["q"]
        } catch {
            // Percent-encoding can represent bytes that are not text, as in `?q=%FF`.
            console.print("Exception in handleRequest: \(error)")
            throw HTTPError(.badRequest, "\(error).")
        }
    }

    /// Whether the client prefers HTML to plain text, as browsers do.
    private func wantsPage(_ request: HTTPServerRequest) -> Bool {
        request.headers.qualityList(of: .accept)?.preferred(among: [.plainText, .html]) == .html
    }

    /// Whether `guess` is the number. If it is, the server thinks of another one.
    private func check(_ guess: String, keepsNumber: Bool) -> Bool {
        let (isRight, next) = secret.withLock { number -> (Bool, Int?) in
            guard guess == "\(number)" else { return (false, nil) }
            guard !keepsNumber else { return (true, nil) }
            number = (number + Int.random(in: 1...9)) % 10
            return (true, number)
        }
        if let next { console.print("I'm thinking of another number: \(next)") }
        return isRight
    }
}
