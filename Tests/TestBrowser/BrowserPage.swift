import Foundation
import HTTPTypes
import Martlet

/// A page in a window of its own.
///
/// What is looked for is waited for: programs are quicker than pages. A wait that is in vain throws ``WaitError``.
package struct BrowserPage: Sendable {
    /// How long things are waited for.
    package static let patience = Duration.seconds(10)

    let browser: Browser
    let window: String

    // MARK: Going places

    /// Opens a URL, and returns when the page has been loaded.
    package func open(_ url: String) async throws {
        try await command(.post, "/url", ["url": .string(url)])
    }

    /// Loads the page anew.
    package func reload() async throws {
        try await command(.post, "/refresh")
    }

    /// Goes back to the page before.
    package func goBack() async throws {
        try await command(.post, "/back")
    }

    package var url: String {
        get async throws { try await command(.get, "/url").string ?? "" }
    }

    package var title: String {
        get async throws { try await command(.get, "/title").string ?? "" }
    }

    // MARK: Scripts

    /// Runs the body of a function in the page, and returns what it returns; a promise is awaited.
    ///
    /// - Parameter arguments: What `arguments` holds.
    @discardableResult
    package func run(_ script: String, _ arguments: JSONValue...) async throws -> JSONValue {
        try await command(.post, "/execute/sync", ["script": .string(script), "args": .array(arguments)])
    }

    /// What went wrong in the page since it was loaded: exceptions, errors on its console, and what its security policy
    /// has forbidden.
    package var problems: [String] {
        get async throws {
            guard case .array(let problems) = try await run("return window.__problems ?? []") else { return [] }
            return problems.map { "\($0)" }
        }
    }

    // MARK: Waiting

    /// Waits until the expression is true in the page.
    package func wait(until expression: String) async throws {
        try await wait("\(expression) is not true") { try await run("return Boolean(\(expression))").bool == true }
    }

    /// Waits until `condition` is true, looking again every few milliseconds.
    ///
    /// - Parameter complaint: What to say when it does not become true.
    package func wait(_ complaint: @autoclosure () -> String, until condition: () async throws -> Bool) async throws {
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        while try await !condition() {
            guard clock.now < end else {
                throw WaitError(
                    "\(complaint()). The page: \((try? await run("return document.body.innerText")) ?? .null)"
                )
            }
            try await clock.sleep(for: .milliseconds(20))
        }
    }

    // MARK: Elements

    /// The first element that matches the selector, as soon as there is one.
    package func find(_ selector: String) async throws -> BrowserElement {
        var found: BrowserElement?
        try await wait("There is no \(selector)") {
            found = try await findAll(selector).first
            return found != nil
        }
        guard let found else { throw WaitError("There is no \(selector)") }
        return found
    }

    /// The elements that match the selector now.
    package func findAll(_ selector: String) async throws -> [BrowserElement] {
        let answer = try await command(
            .post,
            "/elements",
            ["using": .string("css selector"), "value": .string(selector)]
        )
        guard case .array(let references) = answer else { return [] }
        return references.compactMap { BrowserElement(page: self, reference: $0) }
    }

    /// Clicks the element that matches the selector.
    package func click(_ selector: String) async throws {
        try await find(selector).click()
    }

    /// Types into the element that matches the selector.
    package func type(_ text: String, into selector: String) async throws {
        try await find(selector).type(text)
    }

    /// The visible text of the element that matches the selector.
    package func text(_ selector: String) async throws -> String {
        try await find(selector).text
    }

    /// Waits until the visible text of the element that matches the selector is `text`.
    package func wait(for selector: String, toSay text: String) async throws {
        var last: String?
        try await wait("\(selector) says \(last.map { "“\($0)”" } ?? "nothing"), not “\(text)”") {
            last = try await run("return document.querySelector(arguments[0])?.innerText", .string(selector)).string
            return last == text
        }
    }

    @discardableResult
    func command(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ parameters: [String: JSONValue] = [:]
    ) async throws -> JSONValue {
        try await browser.command(method, path, parameters, in: window)
    }
}

/// What was waited for in vain.
package struct WaitError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
