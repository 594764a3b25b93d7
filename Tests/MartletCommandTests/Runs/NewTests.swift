import Foundation
import Martlet
import TestProcesses
import Testing

@testable import MartletCommand

@Suite("martlet new", .timeLimit(.minutes(5)))
struct NewTests {
    private func entries(of directory: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }

    @Test("writes a project, and says what to do next")
    func writes() async throws {
        try await withTemporaryDirectory { directory in
            let run = try await martlet("new", "note-server", in: directory)
            #expect(run.errors == "")
            #expect(run.status == 0)
            #expect(run.text.hasPrefix("Wrote note-server, with 11 files. Next:\n  cd note-server\n  swift run "))
            let project = directory.appending(path: "note-server")
            #expect(try entries(of: directory) == ["note-server"])
            for file in ProjectTemplate(name: try ProjectName("note-server"), dependency: .published).files {
                #expect(project.text(of: file.path) == file.text, "\(file.path)")
            }
        }
    }

    @Test("writes it elsewhere, with a checkout of Martlet")
    func options() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("", to: "checkout/Package.swift")
            let run = try await martlet(
                "new",
                "demo",
                "--path",
                "sub/",
                "--martlet-path",
                "checkout",
                in: directory
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.text.contains("\n  cd sub\n"))
            let manifest = try #require(directory.text(of: "sub/Package.swift"))
            let checkout = directory.appending(path: "checkout").resolvingSymlinksInPath().path
            #expect(manifest.contains("path: \"\(checkout)\""))
        }
    }

    @Test("changes nothing that exists, and leaves nothing behind")
    func refusals() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("mine", to: "demo/file")
            let existing = try await martlet("new", "demo", in: directory)
            #expect(existing.status == 23)
            #expect(
                existing.errors
                    == "martlet: demo exists already. Choose another name, or another directory with --path.\n"
            )
            let missing = try await martlet("new", "demo", "--path", "none/demo", in: directory)
            #expect(missing.status == 23)
            #expect(missing.errors == "martlet: Couldn't create none/demo: No such file or directory\n")
            let checkout = try await martlet("new", "demo2", "--martlet-path", "demo", in: directory)
            #expect(checkout.status == 23)
            #expect(checkout.errors.contains("demo is not a checkout of Martlet: it has no Package.swift."))
            let name = try await martlet("new", "a/b", in: directory)
            #expect(name.status == 64)
            #expect(name.errors.contains("\"a/b\" can't be the name of a project"))
            #expect(try entries(of: directory) == ["demo"])
            #expect(try entries(of: directory.appending(path: "demo")) == ["file"])
        }
    }

    @Test("removes what it has written when it can't go on")
    func failure() async throws {
        try await withTemporaryDirectory { directory in
            let files = [
                ProjectTemplate.File(path: "a/b/c", text: "1"), ProjectTemplate.File(path: "a/d", text: "2"),
                ProjectTemplate.File(path: "a/d/e", text: "3"),
            ]
            let project = ProjectDirectory(path: directory.appending(path: "new").path)
            #expect(throws: FileError.self) { try project.write(files) }
            let left = try entries(of: directory)
            #expect(left == [])
        }
    }

    // MARK: The image

    /// The instructions of the Dockerfile, with the lines of each joined.
    private func instructions() throws -> [(name: String, text: String)] {
        let files = ProjectTemplate(name: try ProjectName("demo"), dependency: .published).files
        let text = try #require(files.first { $0.path == "Dockerfile" }).text
        return text.replacing("\\\n", with: "").split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let name = line.prefix { $0 != " " }
            return (String(name), String(line.dropFirst(name.count + 1)))
        }
    }

    @Test("The image is made in two stages, for a user without rights")
    func image() throws {
        let instructions = try instructions()
        #expect(
            instructions.map(\.name) == [
                "FROM", "RUN", "WORKDIR", "COPY", "RUN", "COPY", "RUN", "RUN",
                "FROM", "COPY", "WORKDIR", "USER", "ENV", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT",
            ]
        )
        #expect(instructions.contains { $0 == ("USER", "65534:65534") })
        #expect(instructions.contains { $0 == ("FROM", "scratch") })
        #expect(instructions.last?.text == "[\"/demo\"]")
    }

    @Test(
        "The image serves, with nothing in it but what the Dockerfile puts there",
        .enabled("as root only") { try await EmptyRoot.isPossible() }
    )
    func imageServes() async throws {
        try await withTemporaryDirectory { directory in
            let project = directory.appending(path: "demo")
            #expect(try await martlet("new", "demo", in: directory).status == 0)
            // The last step of the first stage, with the program of this package in place of the one that is built there.
            let step = try #require(try instructions().last { $0.name == "RUN" }).text
            let root = directory.appending(path: "root")
            let program = URL(filePath: builtExecutable("StarterProject"))
            let script = """
                set -e -o pipefail
                mkdir bin && cp '\(program.path)' bin/demo
                swift() { echo "$PWD/bin"; }
                \(step.replacing("/root-of-image", with: root.path))
                """
            let stage = await Run(try Subprocess("bash", ["-c", script], in: project))
            #expect(stage.status == 0, "\(stage.errors)")
            let image = try EmptyRoot(root)
            let settings = try #require(try instructions().first { $0.name == "ENV" }).text.split(separator: " ")
            let environment = settings.map(String.init).filter { !$0.hasPrefix("PORT=") }
            let process = try image.start(["/demo"], environment: environment + ["PORT=0"])
            do {
                let line = try #require(await process.output.line(startingWith: "Listening on "))
                let port = try #require(line.dropLast().split(separator: ":").last)
                let client = HTTPClient()
                let page = try await client.get("http://127.0.0.1:\(port)/").text()
                #expect(page.contains("<title>demo</title>"))
                let greeting = try await client.get("http://127.0.0.1:\(port)/greetings/Han").text()
                #expect(greeting == #"{"name":"Han","text":"Hello, Han!"}"#)
                await client.close(force: true)
                let check = try image.start(["/demo", "check-health"], environment: ["PORT=\(port)"])
                #expect(await check.exitStatus == 0)
                process.send(SIGTERM)
                #expect(await process.exitStatus == 0)
                let sick = try image.start(["/demo", "check-health"], environment: ["PORT=\(port)"])
                #expect(await sick.exitStatus != 0)
            } catch {
                await process.end()
                throw error
            }
        }
    }
}
