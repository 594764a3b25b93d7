import Foundation
import TestProcesses

/// chromedriver, and the browsers that it has started.
///
/// All of them end with the value's ``end()``, and also when the process of the tests ends in whatever way: they are one
/// process group, whose leader kills all of it as soon as a pipe breaks that this process holds the other end of.
struct BrowserProcess: Sendable {
    /// The port that chromedriver listens on.
    let port: Int
    /// A home for the browsers: their profiles, caches and temporary files.
    let directory: URL
    private let process: Subprocess
    private let lifeline: CInt

    /// Runs chromedriver, and waits until it listens.
    static func start() async throws -> BrowserProcess {
        let driver = try executable("chromedriver", package: "chromium-driver")
        // A short name: the path of a socket that the browser makes in it must not be longer than 107 bytes.
        let name = "martlet-\(String(UInt32.random(in: .min ... .max), radix: 36))"
        let directory = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        let pipe = directory.appending(path: "lifeline").path
        guard mkfifo(pipe, 0o600) == 0 else { throw BrowserError("There can't be a pipe \(pipe).") }
        // For reading too: a pipe without a reader can't be opened for writing.
        let lifeline = open(pipe, O_RDWR | O_CLOEXEC)
        guard lifeline >= 0 else { throw BrowserError("\(pipe) can't be opened.") }
        do {
            let process = try Subprocess(
                "/bin/sh",
                ["-c", "\"$0\" --port=0 & read -r _; kill -KILL 0", driver],
                in: directory,
                environment: ["HOME": directory.path, "TMPDIR": directory.path],
                input: pipe,
                leadsGroup: true
            )
            let prefix = "ChromeDriver was started successfully on port "
            let line = await process.output.line(startingWith: prefix)
            guard let port = line.flatMap({ Int($0.dropFirst(prefix.count).prefix { $0.isNumber }) }) else {
                throw BrowserError("chromedriver doesn't start: \(await process.errors.text)")
            }
            return BrowserProcess(port: port, directory: directory, process: process, lifeline: lifeline)
        } catch {
            close(lifeline)
            throw error
        }
    }

    /// Kills chromedriver and the browsers, and removes their files.
    func end() async {
        close(lifeline)
        _ = await process.exitStatus
        // Those that were just killed may still be writing.
        for _ in 0..<50 {
            try? FileManager.default.removeItem(at: directory)
            guard FileManager.default.fileExists(atPath: directory.path) else { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Where a program is.
    static func executable(_ name: String, package: String) throws -> String {
        for directory in ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"] {
            let path = "\(directory)/\(name)"
            if access(path, X_OK) == 0 { return path }
        }
        throw BrowserError("\(name) (\(package)) is not installed, and tests need it. Run script/bootstrap.")
    }
}

/// Why there is no browser.
package struct BrowserError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
