import Foundation
import Martlet

/// The page's surroundings: the screen, the person's preferences, the network.
extension BrowserPage {
    /// Gives the page a screen of this size, in CSS pixels.
    package func setScreen(width: Int, height: Int, isPhone: Bool = false) async throws {
        try await control(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .integer(Int64(width)), "height": .integer(Int64(height)),
                "deviceScaleFactor": .integer(isPhone ? 2 : 1), "mobile": .bool(isPhone),
            ]
        )
    }

    /// Makes the person prefer dark colours, or light ones.
    package func setPrefersDark(_ isDark: Bool) async throws {
        let feature: [String: JSONValue] = [
            "name": .string("prefers-color-scheme"), "value": .string(isDark ? "dark" : "light"),
        ]
        try await control("Emulation.setEmulatedMedia", ["features": .array([.object(feature)])])
    }

    /// Lets pages that are loaded from now on run scripts of their own, or not. ``run(_:_:)`` needs them too.
    package func setScripting(_ isOn: Bool) async throws {
        try await control("Emulation.setScriptExecutionDisabled", ["value": .bool(!isOn)])
    }

    /// Takes the network away from the page, or gives it back.
    package func setOffline(_ isOffline: Bool) async throws {
        try await control("Network.enable")
        try await control(
            "Network.emulateNetworkConditions",
            [
                "offline": .bool(isOffline), "latency": .integer(0), "downloadThroughput": .integer(-1),
                "uploadThroughput": .integer(-1),
            ]
        )
    }

    /// Puts a picture of the page into the folder `.screenshots` of the package, if the environment variable
    /// `MARTLET_SCREENSHOTS` is set: pictures are for people, and take time.
    package func screenshot(_ name: String) async throws {
        try await screenshot(name, always: false)
    }

    func screenshot(_ name: String, always: Bool) async throws {
        guard always || ProcessInfo.processInfo.environment["MARTLET_SCREENSHOTS"] != nil else { return }
        let picture = try await control("Page.captureScreenshot", ["captureBeyondViewport": .bool(true)])
        guard let data = picture["data"]?.string.flatMap({ Data(base64Encoded: $0) }) else { return }
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let folder = package.appending(path: ".screenshots")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try data.write(to: folder.appending(path: "\(name).png"))
    }

    /// Makes the page keep what goes wrong in it, for ``problems``.
    func prepare() async throws {
        let script = """
            window.__problems = [];
            const report = text => window.__problems.push(String(text));
            addEventListener('error', event => report(event.message));
            addEventListener('unhandledrejection', event => report(event.reason));
            document.addEventListener('securitypolicyviolation',
              event => report(`${event.effectiveDirective} forbids ${event.blockedURI}`));
            const error = console.error;
            console.error = (...words) => { report(words.join(' ')); error(...words); };
            """
        try await control("Page.addScriptToEvaluateOnNewDocument", ["source": .string(script)])
    }

    /// Gives a command of the Chrome DevTools Protocol.
    @discardableResult
    private func control(_ name: String, _ parameters: [String: JSONValue] = [:]) async throws -> JSONValue {
        try await command(.post, "/goog/cdp/execute", ["cmd": .string(name), "params": .object(parameters)])
    }
}
