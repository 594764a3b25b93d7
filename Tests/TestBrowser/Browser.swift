import Foundation
import HTTPTypes
import Martlet

/// Chromium without a window, with a profile of its own.
///
/// A suite gets one with the trait ``Testing/Trait/browser``; each test opens pages in it:
///
/// ```swift
/// @Suite(.browser)
/// struct GreetingTests {
///     @Test func greets() async throws {
///         try await Browser.withPage("http://127.0.0.1:4040/") { page in
///             #expect(try await page.text("body") == "Hello, world!")
///         }
///     }
/// }
/// ```
///
/// Pages share cookies and storage, by host and by origin as ever. Hosts such as `anna.localhost` lead to this machine
/// too, for those who need cookies of their own.
package actor Browser {
    @TaskLocal static var current: Browser?

    private let process: BrowserProcess
    private let driver: WebDriver
    private let session: String
    /// The window that stays, so that the browser does.
    private let home: String
    /// The window that commands are for.
    private var window: String
    private var last: Task<Void, Never>?

    private init(process: BrowserProcess, driver: WebDriver, session: String, window: String) {
        self.process = process
        self.driver = driver
        self.session = session
        home = window
        self.window = window
    }

    /// Starts a browser; ``end()`` it whatever happens.
    static func start() async throws -> Browser {
        let browser = try BrowserProcess.executable("chromium", package: "chromium")
        let process = try await BrowserProcess.start()
        do {
            let driver = WebDriver(port: process.port)
            var arguments = [
                "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
                "--user-data-dir=\(process.directory.path)/profile",
            ]
            // The sandbox refuses to work for root.
            if getuid() == 0 { arguments.append("--no-sandbox") }
            let options: [String: JSONValue] = [
                "binary": .string(browser), "args": .array(arguments.map { .string($0) }),
            ]
            let capabilities: [String: JSONValue] = [
                "browserName": .string("chrome"),
                // Tests make their own authorities.
                "acceptInsecureCerts": .bool(true),
                "goog:chromeOptions": .object(options),
                "timeouts": .object(["pageLoad": .integer(20_000), "script": .integer(10_000)]),
            ]
            let answer = try await driver.command(
                .post,
                "/session",
                ["capabilities": .object(["alwaysMatch": .object(capabilities)])]
            )
            guard let session = answer["sessionId"]?.string else { throw BrowserError("No session: \(answer)") }
            let window = try await driver.command(.get, "/session/\(session)/window").string ?? ""
            return Browser(process: process, driver: driver, session: session, window: window)
        } catch {
            await process.end()
            throw error
        }
    }

    /// Closes the browser.
    func end() async {
        // By its own means first, so that no process stays as a zombie.
        _ = try? await driver.command(.delete, "/session/\(session)")
        await process.end()
    }

    /// Opens a page in a window of its own while `body` uses it. If `body` throws, a picture of the page is left in
    /// `.screenshots`.
    package static func withPage<Result>(
        _ url: String = "about:blank",
        _ body: (BrowserPage) async throws -> Result
    ) async throws -> Result {
        guard let browser = current else {
            throw BrowserError("There is no browser: the suite needs the trait .browser.")
        }
        let page = try await browser.makePage()
        do {
            try await page.open(url)
            let result = try await body(page)
            try await browser.close(page.window)
            return result
        } catch {
            _ = try? await page.screenshot("failure-\(page.window)", always: true)
            try? await browser.close(page.window)
            throw error
        }
    }

    private func makePage() async throws -> BrowserPage {
        let answer = try await command(.post, "/window/new", ["type": .string("window")], in: home)
        guard let window = answer["handle"]?.string else { throw BrowserError("No window: \(answer)") }
        let page = BrowserPage(browser: self, window: window)
        try await page.prepare()
        return page
    }

    private func close(_ window: String) async throws {
        try await command(.delete, "/window", in: window)
    }

    /// Gives a command to a window. One command is given at a time: the driver has one window that all are for.
    @discardableResult
    func command(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ parameters: [String: JSONValue] = [:],
        in window: String
    ) async throws -> JSONValue {
        let previous = last
        let task = Task {
            await previous?.value
            return try await commandInTurn(method, path, parameters, in: window)
        }
        last = Task { _ = try? await task.value }
        return try await task.value
    }

    private func commandInTurn(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ parameters: [String: JSONValue],
        in window: String
    ) async throws -> JSONValue {
        if window != self.window {
            try await driver.command(.post, "/session/\(session)/window", ["handle": .string(window)])
            self.window = window
        }
        let value = try await driver.command(method, "/session/\(session)\(path)", parameters)
        return value
    }
}
