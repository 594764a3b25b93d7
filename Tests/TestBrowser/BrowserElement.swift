import HTTPTypes
import Martlet

/// An element of a page.
package struct BrowserElement: Sendable {
    private let page: BrowserPage
    private let identifier: String

    init?(page: BrowserPage, reference: JSONValue) {
        // The protocol's name for a reference (W3C WebDriver section 11.1).
        guard let identifier = reference["element-6066-11e4-a52e-4f735466cecf"]?.string else { return nil }
        self.page = page
        self.identifier = identifier
    }

    /// Clicks it, where a person would: what lies over it is in the way.
    package func click() async throws {
        try await command(.post, "click")
    }

    /// Types text, as a person would on a keyboard.
    package func type(_ text: String) async throws {
        try await command(.post, "value", ["text": .string(text)])
    }

    /// Empties a field.
    package func clear() async throws {
        try await command(.post, "clear")
    }

    /// The text that can be seen.
    package var text: String {
        get async throws { try await command(.get, "text").string ?? "" }
    }

    /// An attribute; nil if there is none.
    package func attribute(_ name: String) async throws -> String? {
        try await command(.get, "attribute/\(name)").string
    }

    /// A property, such as `value`.
    package func property(_ name: String) async throws -> JSONValue {
        try await command(.get, "property/\(name)")
    }

    /// Whether it can be seen.
    package var isDisplayed: Bool {
        get async throws { try await command(.get, "displayed").bool ?? false }
    }

    @discardableResult
    private func command(
        _ method: HTTPRequest.Method,
        _ name: String,
        _ parameters: [String: JSONValue] = [:]
    ) async throws -> JSONValue {
        try await page.command(method, "/element/\(identifier)/\(name)", parameters)
    }
}
