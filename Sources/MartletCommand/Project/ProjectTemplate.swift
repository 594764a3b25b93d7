/// The files of a new project, made from those of the directory `Template`, which are a project of their own.
///
/// A plain value: names in, texts out.
struct ProjectTemplate {
    /// The package that the new project depends on.
    enum Dependency: Equatable {
        /// The published package.
        case published
        /// A checkout on this machine, by its absolute path.
        case checkout(path: String)
    }

    struct File: Equatable {
        /// The path in the project.
        let path: String
        let text: String
    }

    /// The public address of the package.
    static let url = "https://github.com/martlet/martlet"

    let name: ProjectName
    let dependency: Dependency

    var files: [File] {
        [
            (".dockerignore", PackageResources.dockerignore),
            (".gitignore", PackageResources.gitignore),
            ("Dockerfile", PackageResources.Dockerfile),
            ("Package.swift", PackageResources.Package_swift_template),
            ("Public/index.html", PackageResources.index_html),
            ("README.md", PackageResources.README_md),
            ("Sources/StarterProject/Program.swift", PackageResources.Program_swift),
            ("Sources/StarterProject/Routes.swift", PackageResources.Routes_swift),
            ("Sources/StarterProject/Settings.swift", PackageResources.Settings_swift),
            ("Tests/StarterProjectTests/RoutesTests.swift", PackageResources.RoutesTests_swift),
            ("starter-project.service", PackageResources.starter_project_service),
        ].map { path, bytes in
            File(path: renamed(path), text: depending(renamed(String(decoding: bytes, as: UTF8.self))))
        }
    }

    private func renamed(_ text: String) -> String {
        text.replacing("StarterProject", with: name.module).replacing("starter-project", with: name.program)
    }

    private func depending(_ text: String) -> String {
        guard case .checkout(let path) = dependency else { return text }
        return text.replacing(
            ".package(url: \"\(Self.url)\", from: \"0.1.0\")",
            with: ".package(name: \"martlet\", path: \(Self.literal(path)))"
        )
    }

    /// A string literal of Swift.
    static func literal(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": literal += "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                literal += "\\u{\(String(scalar.value, radix: 16))}"
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }
}
