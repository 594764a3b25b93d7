import Foundation
import Martlet
import TestProcesses
import Testing

/// The image of docs/deployment.md without an engine for containers: a root with the program and the libraries that `ldd`
/// lists, and nothing else.
@Suite("martlet in an empty root", .timeLimit(.minutes(2)))
struct EmptyRootTests {
    /// Whether this process may have a root of its own, and mount something there.
    private static func canMount() async throws -> Bool {
        guard getuid() == 0, access("/usr/bin/unshare", X_OK) == 0 else { return false }
        let process = try Subprocess("unshare", ["-m", "mount", "-t", "proc", "proc", "/proc"])
        return await process.exitStatus == 0
    }

    @Test("serves as nobody, and is its own check of health", .enabled("as root only") { try await Self.canMount() })
    func serves() async throws {
        try await withTemporaryDirectory { root in
            let program = builtExecutable("martlet")
            try FileManager.default.copyItem(atPath: program, toPath: root.appending(path: "martlet").path)
            let list = try Subprocess("ldd", [program])
            let libraries = await list.output.text.split { $0.isWhitespace }.map(String.init).filter {
                $0.hasPrefix("/")
            }
            #expect(libraries.count > 2)
            for library in libraries {
                let copy = root.appending(path: library)
                try FileManager.default.createDirectory(
                    at: copy.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                let file = URL(filePath: library).resolvingSymlinksInPath()
                if !FileManager.default.fileExists(atPath: copy.path) {
                    try FileManager.default.copyItem(at: file, to: copy)
                }
            }
            let site = root.appending(path: "site")
            try FileManager.default.createDirectory(
                at: root.appending(path: "proc"),
                withIntermediateDirectories: false
            )
            try FileManager.default.createDirectory(at: site, withIntermediateDirectories: false)
            try Data("A page".utf8).write(to: site.appending(path: "index.html"))
            for folder in [root, site] {
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
            }

            func inRoot(_ words: [String]) throws -> Subprocess {
                // As an engine has it: with /proc, where Swift finds the arguments, and without this process's variables.
                let script = """
                    mount -t proc proc "$0/proc" && \
                    exec env -i /usr/sbin/chroot --userspec=65534:65534 "$0" /martlet "$@"
                    """
                return try Subprocess("unshare", ["-m", "sh", "-c", script, root.path] + words)
            }
            let process = try inRoot(["serve", "--host", "0.0.0.0", "--port", "0", "--log", "json", "/site"])
            do {
                let line = try #require(await process.errors.line(startingWith: "Serving /site at "))
                let url = try #require(line.split(separator: " ").last.map(String.init))
                let client = HTTPClient()
                let text = try await client.get(url).text()
                #expect(text == "A page")
                await client.close(force: true)
                let health = try inRoot(["get", "--fail", "--quiet", url])
                let (isHealthy, page) = (await health.exitStatus, await health.output.text)
                #expect(isHealthy == 0 && page == "A page")
                let sick = try inRoot(["get", "--fail", "--quiet", url + "none"])
                let isSick = await sick.exitStatus
                #expect(isSick != 0)
                process.send(SIGTERM)
                let status = await process.exitStatus
                let errors = await process.errors.text
                // The tool ends by the signal that it has caught, once its requests are done.
                #expect(status == 128 + SIGTERM, "\(errors)")
            } catch {
                await process.end()
                throw error
            }
        }
    }
}
