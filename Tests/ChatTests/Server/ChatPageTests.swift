import Foundation
import Martlet
import TestBrowser
import TestProcesses
import Testing

@testable import chat

/// The page, as people use it.
@Suite(.browser, .timeLimit(.minutes(2)))
struct ChatPageTests {
    @Test func letsTwoTalkThoughTheServerIsKilled() async throws {
        try await withTemporaryDirectory { directory in
            var (process, port) = try await startChat(in: directory)
            do {
                let url = "http://127.0.0.1:\(port)/"
                try await Browser.withPage(url) { ada in
                    try await Browser.withPage(url) { bob in
                        try await bob.setScreen(width: 390, height: 844, isPhone: true)
                        try await bob.setPrefersDark(true)
                        try await ada.screenshot("chat-entrance")
                        try await enter(ada, "Ada")

                        // A name that somebody has is refused, whatever its case.
                        try await bob.find("#name").clear()
                        try await bob.type("ADA", into: "#name")
                        try await bob.click("#enter")
                        try await bob.wait(for: "#name-problem", toSay: "Somebody here is called ADA already.")
                        try await enter(bob, "Bob")
                        try await ada.wait(until: "document.querySelectorAll('#people li').length === 2")

                        try await say(ada, "Hello, Bob!")
                        try await heard(bob, "Hello, Bob!")
                        try await say(bob, "Hello, <b>Ada</b>!")
                        try await heard(ada, "Hello, <b>Ada</b>!")
                        try await ada.screenshot("chat-ada")
                        try await bob.screenshot("chat-bob-phone-dark")

                        process.send(SIGKILL)
                        _ = await process.exitStatus
                        try await ada.wait(until: "document.getElementById('state').dataset.state === 'waiting'")
                        try await say(ada, "Is anybody there?")
                        try await say(ada, "Still here?")
                        try await ada.wait(until: "document.getElementById('state').textContent.endsWith('2 unsent')")
                        try await ada.screenshot("chat-unsent")

                        (process, _) = try await startChat(in: directory, port: port)
                        let all = ["Hello, Bob!", "Hello, <b>Ada</b>!", "Is anybody there?", "Still here?"]
                        for page in [ada, bob] {
                            try await heard(page, "Still here?")
                            #expect(try await texts(page) == all)
                        }
                        #expect(try await ada.findAll("#unsent li").isEmpty)

                        // Whoever loads the page again is there at once, with the same name and the same history.
                        try await bob.reload()
                        try await heard(bob, "Still here?")
                        #expect(try await texts(bob) == all)
                        try await say(bob, "I am back")
                        try await heard(ada, "I am back")

                        try await ada.type("HELLO", into: "#search")
                        try await ada.wait(until: "document.querySelectorAll('#results .message').length === 2")
                        try await ada.screenshot("chat-search")
                        for page in [ada, bob] { #expect(try await page.problems == []) }
                    }
                }
            } catch {
                await process.end()
                throw error
            }
            process.send(SIGTERM)
            #expect(await process.exitStatus == 0)
        }
    }

    private func enter(_ page: BrowserPage, _ name: String) async throws {
        try await page.find("#name").clear()
        try await page.type(name, into: "#name")
        try await page.click("#enter")
        try await page.wait(until: "document.getElementById('state').dataset.state === 'connected'")
    }

    private func say(_ page: BrowserPage, _ text: String) async throws {
        try await page.type(text, into: "#text")
        try await page.click("#send")
    }

    /// Waits until a message is there, sent and stored.
    private func heard(_ page: BrowserPage, _ text: String) async throws {
        try await page.wait("“\(text)” is not there") { try await texts(page).contains(text) }
    }

    private func texts(_ page: BrowserPage) async throws -> [String] {
        let script = "return [...document.querySelectorAll('#messages .body')].map(body => body.textContent)"
        guard case .array(let texts) = try await page.run(script) else { return [] }
        return texts.compactMap(\.string)
    }

    private func startChat(in directory: URL, port: Int = 0) async throws -> (process: Subprocess, port: Int) {
        let process = try Subprocess(builtExecutable("chat"), ["--port", "\(port)"], in: directory)
        let prefix = "Listening on http://127.0.0.1:"
        let line = try #require(await process.output.line(startingWith: prefix))
        return (process, try #require(Int(line.dropFirst(prefix.count).dropLast())))
    }
}
