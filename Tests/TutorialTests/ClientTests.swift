import Foundation
import TestProcesses
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ClientTests {
    @Test func guessesUntilItIsRight() async throws {
        try await withProgram("number-thinker", "--port", "0") { program in
            let guesser = try startTutorial(["number-guesser", "--port", "\(program.port)", "--interval", "0"])
            let last = await guesser.output.line(startingWith: "Good guess")
            #expect(last == "Good guess, yay!")
            let lines = await guesser.output.lines(2)
            #expect(lines[0].hasPrefix("Guess is "))
            #expect(["Good guess, yay!", "Bad guess, trying again."].contains(lines[1]))
            await guesser.end()
        }
    }

    @Test func doesNotGuessForeverAtAnotherServer() async throws {
        try await withProgram("basic-writer-server", "--port", "0") { program in
            let guesser = try startTutorial(["number-guesser", "--port", "\(program.port)", "--interval", "0"])
            let (status, errors) = (await guesser.exitStatus, await guesser.errors.text)
            #expect(status == 1 && errors.contains("was answered 405"), "\(errors)")
        }
    }

    @Test func writesHanSolo() async throws {
        try await withProgram("basic-writer-server", "--port", "0") { program in
            let client = try startTutorial(["basic-writer-client", "--port", "\(program.port)"])
            let line = await client.output.line(startingWith: "Wrote")
            #expect(line == "Wrote data for Han Solo.")
            await client.end()
            let written = try String(contentsOf: program.directory.appending(path: "notes/file.txt"), encoding: .utf8)
            #expect(
                written == "{\"name\":\"Han Solo\",\"job\":\"reluctant hero\",\"BFF\":\"Chewbacca\","
                    + "\"ship\":\"Millennium Falcon\",\"weakness\":\"smuggling debts\"}"
            )
        }
    }
}
