#if os(Linux)
    import Foundation
    import HTTPTypes
    import HTTPWire
    import Martlet
    import Testing

    @testable import MartletWeb

    /// Runs `body` with the rights that a user without any has to files: on Linux they belong to the thread.
    private func withoutPrivileges<Result>(_ body: () throws -> Result) rethrows -> Result {
        typealias SetUser = @convention(c) (uid_t) -> CInt
        // Glibc's module has no such function; tests that are not run by root need none.
        let setUser = dlsym(nil, "setfsuid").map { unsafeBitCast($0, to: SetUser.self) }
        let isRoot = geteuid() == 0
        if isRoot { _ = setUser?(65_534) }
        defer { if isRoot { _ = setUser?(0) } }
        return try body()
    }

    @Suite("Files that may not be read")
    struct AccessTests {
        /// A site that everybody may reach, in which some things are forbidden.
        private func site() throws -> TemporaryDirectory {
            let site = try TemporaryDirectory()
            chmod(site.path, 0o755)
            for name in ["index", "dir", "unlisted", "sibling", "pipe", "loop", "outer"] {
                try site.makeDirectory("root/\(name)")
            }
            try site.write("secret", to: "root/index/index.html")
            try site.write("secret", to: "root/file.txt")
            try site.write("secret", to: "root/dir/file.txt")
            try site.write("shown", to: "root/unlisted/file.txt")
            try site.write(String(repeating: "page ", count: 100), to: "root/sibling/page.html")
            try site.write("secret", to: "root/sibling/page.html.gz")
            try site.write("outside", to: "outside/index.html")
            try site.makePipe("root/pipe/index.html")
            try site.link("root/loop/index.html", to: "index.html")
            try site.link("root/outer/index.html", to: "../../outside/index.html")
            for name in ["index/index.html", "file.txt", "dir", "sibling/page.html.gz"] {
                chmod("\(site.root)/\(name)", 0)
            }
            // It may be gone through, and not listed.
            chmod("\(site.root)/unlisted", 0o711)
            return site
        }

        private func outcome(_ target: String, of files: VirtualDirectory, codings: String = "identity") -> String {
            withoutPrivileges {
                do {
                    let demand = VirtualDirectory.Demand(acceptEncoding: [codings])
                    switch try files.locate(target, demand, .disk) {
                    case .resource(let resource, _):
                        return "\(resource.coding ?? "file") \(resource.content.byteCount)"
                    case .compressible: return "compressible"
                    case .directory: return "directory"
                    case .redirect: return "redirect"
                    case .error(let status): return "\(status.code)"
                    }
                } catch {
                    guard case .error(let status) = VirtualDirectory.Found(failure: error) else { return "\(error)" }
                    return "\(status.code)"
                }
            }
        }

        @Test("F7: are 403, and nothing takes their place", arguments: [false, true])
        func forbidden(walksStepwise: Bool) throws {
            let site = try site()
            var configuration = VirtualDirectory.Configuration()
            configuration.walksStepwise = walksStepwise
            configuration.listsDirectories = true
            let files = VirtualDirectory(site.root, configuration: configuration)
            for (target, expected) in [
                ("/index/", "403"), ("/index/index.html", "403"), ("/file.txt", "403"), ("/dir/file.txt", "403"),
                ("/dir/none", "403"), ("/dir/", "403"), ("/unlisted/file.txt", "file 5"), ("/unlisted/", "directory"),
                ("/none", "404"), ("/file.txt/", "403"), ("/unlisted/file.txt/x", "404"),
                // Neither is a list of what is beside an index that can't be shown.
                ("/pipe/", "404"), ("/loop/", "404"), ("/outer/", "404"), ("/loop/index.html", "404"),
                ("/" + String(repeating: "x", count: 256), "404"), ("/" + String(repeating: "x/", count: 3000), "404"),
            ] {
                #expect(outcome(target, of: files) == expected, "\(target.prefix(40))")
            }
            // A compressed form that can't be read is none.
            #expect(outcome("/sibling/page.html", of: files, codings: "gzip") == "compressible")
            let path = try RelativePath("/unlisted/")
            let entries = withoutPrivileges { Result { try files.tree.openDirectory(path) } }
            #expect(throws: FileTree.Failure.forbidden) { try entries.get() }
            chmod("\(site.root)/dir", 0o755)
        }

        @Test(
            "F7: errors of the system have the status that fits",
            arguments: [
                (EACCES, 403), (EPERM, 403), (ENOENT, 404), (ENOTDIR, 404), (ENAMETOOLONG, 404), (ELOOP, 404),
                (EXDEV, 404),
                (EMFILE, 503), (ENFILE, 503), (ENOMEM, 503), (EIO, 500),
            ]
        )
        func status(code: Int32, status: Int) throws {
            guard case .error(let found) = VirtualDirectory.Found(failure: FileTree.Failure(code)) else {
                throw FileError(operation: "map", path: "", code: code)
            }
            #expect(found.code == status)
        }
    }
#endif
