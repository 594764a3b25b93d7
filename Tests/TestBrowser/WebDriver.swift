import HTTPTypes
import Martlet

/// Speaks the WebDriver protocol (W3C WebDriver 2) with a driver on this machine.
struct WebDriver: Sendable {
    let port: Int
    private let client: HTTPClient

    init(port: Int) {
        self.port = port
        var configuration = HTTPClient.Configuration()
        // Longer than the driver waits for a page or a script, and than a browser needs to start on a busy machine.
        configuration.totalTimeout = .seconds(90)
        configuration.readTimeout = .seconds(90)
        configuration.findProxy = { _ in .direct }
        client = HTTPClient(configuration: configuration)
    }

    /// Gives a command, and returns its value.
    ///
    /// - Parameter parameters: The members of the command's object; a command without any is a GET or a DELETE.
    /// - Throws: ``WebDriverError`` when the driver refuses.
    @discardableResult
    func command(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ parameters: [String: JSONValue] = [:]
    ) async throws -> JSONValue {
        let body: HTTPRequestBody? = method == .post ? try .json(JSONValue.object(parameters)) : nil
        let response = try await client.send(method, "http://127.0.0.1:\(port)\(path)", body: body)
        let value = try await response.json(JSONValue.self)["value"] ?? .null
        if let error = value["error"]?.string {
            throw WebDriverError(error: error, message: value["message"]?.string ?? "")
        }
        return value
    }
}

/// What the driver has refused to do, and why.
package struct WebDriverError: Error, CustomStringConvertible {
    /// The protocol's word for it, such as `no such element`.
    package let error: String
    package let message: String

    package var description: String { "\(error): \(message)" }
}
