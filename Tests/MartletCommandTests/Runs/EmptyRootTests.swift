import Foundation
import Martlet
import TestProcesses
import Testing

/// The image of docs/deployment.md without an engine for containers: a root with the program and the libraries that `ldd`
/// lists, and nothing else.
@Suite("martlet in an empty root", .timeLimit(.minutes(5)))
struct EmptyRootTests {
    @Test(
        "serves as nobody, and is its own check of health",
        .enabled("as root only") { try await EmptyRoot.isPossible() }
    )
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
            try FileManager.default.createDirectory(at: site, withIntermediateDirectories: false)
            try Data("A page".utf8).write(to: site.appending(path: "index.html"))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: site.path)
            let emptyRoot = try EmptyRoot(root)

            let process = try emptyRoot.start([
                "/martlet", "serve", "--host", "0.0.0.0", "--port", "0", "--log", "json", "/site",
            ])
            do {
                let line = try #require(await process.errors.line(startingWith: "Serving /site at "))
                let url = try #require(line.split(separator: " ").last.map(String.init))
                let client = HTTPClient()
                let text = try await client.get(url).text()
                #expect(text == "A page")
                await client.close(force: true)
                let health = try emptyRoot.start(["/martlet", "get", "--fail", "--quiet", url])
                let (isHealthy, page) = (await health.exitStatus, await health.output.text)
                #expect(isHealthy == 0 && page == "A page")
                let sick = try emptyRoot.start(["/martlet", "get", "--fail", "--quiet", url + "none"])
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
