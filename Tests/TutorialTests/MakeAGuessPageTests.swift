import TestBrowser
import Testing

/// Number-thinker's page, as people use it.
@Suite(.browser, .timeLimit(.minutes(5)))
struct MakeAGuessPageTests {
    @Test func isPlayedToItsEnd() async throws {
        try await withProgram("number-thinker", "--port", "0") { program in
            let prefix = "I'm thinking of a number: "
            let number = try #require(Int(await program.lines(1)[0].dropFirst(prefix.count)))
            try await Browser.withPage(program.url + "/make_a_guess.html") { page in
                #expect(try await page.title == "Make a guess")
                #expect(try await page.findAll("button").count == 10)

                let wrong = (number + 1) % 10
                try await page.click("button[value='\(wrong)']")
                try await page.wait(for: "h1", toSay: "No, it isn’t \(wrong)")
                #expect(try await page.url == "\(program.url)/?q=\(wrong)")
                #expect(try await page.find("button.last").attribute("value") == "\(wrong)")
                try await page.screenshot("make-a-guess-wrong")

                try await page.click("button[value='\(number)']")
                try await page.wait(for: "h1", toSay: "Yes, it was \(number)!")
                #expect(try await page.findAll("button.last").isEmpty)
                #expect(try await page.problems == [])
                try await page.screenshot("make-a-guess-right")
            }
        }
    }
}
