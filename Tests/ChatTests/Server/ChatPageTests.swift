import Foundation
import Martlet
import Synchronization
import TestBrowser
import TestProcesses
import Testing

@testable import chat

/// The page, as people use it.
@Suite(.browser, .timeLimit(.minutes(5)))
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
                        try await bob.wait(for: "#name-problem", toSay: "The name ADA is already taken.")
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

    @Test("H1: a page comes back after a long absence, with the latest of what was said")
    func comesBackAfterLong() async throws {
        try await withTemporaryDirectory { directory in
            var (process, port) = try await startChat(in: directory)
            do {
                try await Browser.withPage("http://127.0.0.1:\(port)/") { ada in
                    try await enter(ada, "Ada")
                    try await say(ada, "Good night")
                    try await heard(ada, "Good night")
                    process.send(SIGKILL)
                    _ = await process.exitStatus
                    let log = try await SQLiteLog.open(directory.appending(path: "chat.sqlite").path, room: "lobby")
                    let said = (1...70).map {
                        draft("\($0) " + String(repeating: "\u{10348}", count: 3_990), from: "Bob")
                    }
                    _ = try await log.append(said)
                    await log.close()
                    (process, _) = try await startChat(in: directory, port: port)
                    try await ada.wait(until: "document.getElementById('state').dataset.state === 'connected'")
                    try await ada.wait("the latest is not there") {
                        try await texts(ada).last?.hasPrefix("70 ") == true
                    }
                    // What lies between is a click away.
                    let first = try await texts(ada).first
                    #expect(first?.hasPrefix("1 ") == false)
                    try await ada.click("#older")
                    try await ada.wait("nothing older is there") { try await texts(ada).first != first }
                    try await say(ada, "Good morning")
                    try await heard(ada, "Good morning")
                    #expect(try await ada.problems == [])
                }
            } catch {
                await process.end()
                throw error
            }
            await process.end()
        }
    }

    @Test("H1: a page that was dropped with 1013 before it was welcomed does not ask for the same again")
    func startsAfresh() async throws {
        let server = PickyServer()
        try await server.run { url in
            try await Browser.withPage(url) { ada in
                try await enter(ada, "Ada")
                try await ada.wait("it has not come back") { try await texts(ada) == ["Message 9"] }
                #expect(server.joined == [nil, 3, nil])
            }
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

/// Serves the page, and drops a client that comes back as one for which too much waits: before it has welcomed it, as long
/// as it asks for what it has missed.
private final class PickyServer: Sendable {
    private let state = Mutex<[Int?]>([])

    /// What the clients had when they joined.
    var joined: [Int?] { state.withLock { $0 } }

    func run(_ body: (String) async throws -> Void) async throws {
        var configuration = HTTPServer.Configuration()
        configuration.logger = .silent
        let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
        let running = Task { try await server.serve { try await self.answer($0) } }
        do {
            try await body("http://127.0.0.1:\(server.port)/")
        } catch {
            await server.close(force: true)
            throw error
        }
        await server.close(force: true)
        try await running.value
    }

    private func answer(_ request: HTTPServerRequest) async throws {
        if let asset = PageAsset.all[request.url.path] { return try await asset.handle(request) }
        let socket = try await WebSocket.upgrade(request)
        guard case .text(let json)? = try await socket.receive() else { return }
        struct Join: Decodable { var after: Int? }
        let after = try JSONDecoder().decode(Join.self, from: Data(json.utf8)).after
        let count = state.withLock { joined in
            joined.append(after)
            return joined.count
        }
        if after != nil {
            return try await socket.close(code: Outbox.tooSlow.code, reason: Outbox.tooSlow.reason)
        }
        try await socket.send(ServerMessage.welcome(room: "r", name: "Ada", limits: ChatLimits().told).json)
        try await socket.send(ServerMessage.people(["Ada"]).json)
        let place = count == 1 ? 3 : 9
        let message = ChatMessage(sequence: place, id: MessageID(), time: 0, name: "Bob", text: "Message \(place)")
        try await socket.send(ServerMessage.history([message], resumed: false).json)
        // The first connection breaks.
        if count == 1 { return try await socket.close(code: .goingAway) }
        while try await socket.receive() != nil {}
    }
}
