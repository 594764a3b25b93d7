import Foundation
import Testing

@testable import MartletCommand

@Suite("The project of martlet new")
struct ProjectTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test(
        "A name gives a program and a module",
        arguments: [
            ("demo", "demo", "Demo"), ("note-server", "note-server", "NoteServer"), ("my_app2", "my_app2", "MyApp2"),
            ("NoteServer", "noteserver", "NoteServer"), ("a", "a", "A"), ("x-1", "x-1", "X1"),
        ]
    )
    func names(text: String, program: String, module: String) throws {
        let name = try ProjectName(text)
        #expect(name.program == program)
        #expect(name.module == module)
    }

    @Test(
        "Names that can't be those of a program and a module are refused",
        arguments: ["1a", "-a", "a-", "a--b", "_a", "a b", "a/b", "..", ".", "ü", "a\"b", "a\n", "a.b"]
    )
    func invalidNames(text: String) {
        #expect(throws: ProjectNameError.invalidCharacters(text)) { try ProjectName(text) }
    }

    @Test("Names of other modules are refused, in any case", arguments: ["martlet", "NIOCore", "nio-core", "Swift"])
    func takenNames(text: String) {
        #expect(throws: ProjectNameError.taken(text)) { try ProjectName(text) }
    }

    @Test("Names have 1 to 64 characters")
    func longNames() throws {
        #expect(throws: ProjectNameError.invalidLength) { try ProjectName("") }
        #expect(throws: ProjectNameError.invalidLength) { try ProjectName(String(repeating: "a", count: 65)) }
        #expect(try ProjectName(String(repeating: "a", count: 64)).module.count == 64)
    }

    @Test("The names of all modules of this package are taken")
    func ownNames() throws {
        let manifest = try #require(Self.repository.text(of: "Package.swift"))
        let names = manifest.matches(of: #/(?:arget|Library)\(\s*name: "(\w+)"/#).map { String($0.output.1) }
        #expect(names.count > 20)
        for name in names where !name.hasSuffix("Tests") {
            #expect(ProjectName.takenNames.contains(name.lowercased()), "\(name)")
        }
    }

    @Test("Every file of the template is written, with the names of the project in place of its own")
    func files() throws {
        let template = Self.repository.appending(path: "Sources/MartletCommand/Template")
        let sources = try FileManager.default.subpathsOfDirectory(atPath: template.path).filter {
            var isDirectory = ObjCBool(false)
            _ = FileManager.default.fileExists(atPath: template.appending(path: $0).path, isDirectory: &isDirectory)
            return !isDirectory.boolValue
        }
        let files = ProjectTemplate(name: try ProjectName("note-server"), dependency: .published).files
        #expect(files.count == sources.count)
        let hidden = [
            ".gitignore": "gitignore", ".dockerignore": "dockerignore", "Package.swift": "Package.swift.template",
        ]
        for file in files {
            #expect(!file.path.contains("tarter") && !file.text.contains("tarterProject"))
            #expect(!file.text.contains("starter-project"))
            let source = (hidden[file.path] ?? file.path).replacing("NoteServer", with: "StarterProject")
                .replacing("note-server", with: "starter-project")
            let text = file.text.replacing("NoteServer", with: "StarterProject")
                .replacing("note-server", with: "starter-project")
            #expect(template.text(of: source) == text, "\(file.path)")
        }
    }

    @Test("The manifest names the published package, or a checkout by its path")
    func dependency() throws {
        let name = try ProjectName("demo")
        func manifest(_ dependency: ProjectTemplate.Dependency) -> String? {
            ProjectTemplate(name: name, dependency: dependency).files.first { $0.path == "Package.swift" }?.text
        }
        let published = try #require(manifest(.published))
        #expect(published.contains(".package(url: \"\(ProjectTemplate.url)\", from: \"0.1.0\"),\n"))
        let checkout = try #require(manifest(.checkout(path: "/a \"b\"\\c\n")))
        #expect(checkout.contains(#".package(name: "martlet", path: "/a \"b\"\\c\u{a}"),"#))
        #expect(!checkout.contains(ProjectTemplate.url))
    }

    @Test("The unit can do no more than the one of docs/deployment.md")
    func unit() throws {
        let text = try #require(Self.repository.text(of: "docs/deployment.md"))
        let example = try #require(text.components(separatedBy: "notes.service -->").last)
        let rules = try #require(
            example.components(separatedBy: "# What it need not be able to do.\n").dropFirst().first
        )
        .prefix { $0 != "[" }.split(separator: "\n").filter { !$0.hasPrefix("StateDirectory=") }
        #expect(rules.count > 20)
        let files = ProjectTemplate(name: try ProjectName("demo"), dependency: .published).files
        let unit = try #require(files.first { $0.path == "demo.service" }).text.split(separator: "\n")
        for rule in rules { #expect(unit.contains(rule), "\(rule)") }
    }
}
