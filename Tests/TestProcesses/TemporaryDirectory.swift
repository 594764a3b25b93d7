import Foundation

/// Makes an empty directory, and removes it after `body`.
package func withTemporaryDirectory<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory)
}

/// An executable of this package, next to the tests.
package func builtExecutable(_ name: String) -> String {
    #if os(macOS)
        let tests = Bundle.allBundles.first { $0.bundleURL.pathExtension == "xctest" }?.bundleURL
        let directory = (tests ?? Bundle.main.bundleURL).deletingLastPathComponent()
    #else
        let directory = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    #endif
    return directory.appending(path: name).path
}
