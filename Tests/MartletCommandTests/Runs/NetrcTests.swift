import Foundation
import HTTPWire
import Martlet
import TestProcesses
import Testing

/// Credentials from a `.netrc` file.
@Suite("martlet: --netrc", .serialized, .timeLimit(.minutes(2)))
struct NetrcTests {
    /// Makes a home directory with a private `.netrc`.
    private func withHome(_ text: String, test: (_ home: URL) async throws -> Void) async throws {
        try await withTemporaryDirectory { home in
            try home.write(text, to: ".netrc")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600],
                ofItemAtPath: home.appending(path: ".netrc").path
            )
            try await test(home)
        }
    }

    @Test("The credentials are those of the host, or of the user at that host")
    func credentials() async throws {
        let text = "machine 127.0.0.1 login luke password x machine 127.0.0.1 login Han password \"chew:ie\""
        try await withHome(text) { home in
            let environment = ["HOME": home.path]
            try await withServer { url in
                let first = try await martlet("get", "\(url)/echo", "--netrc", environment: environment)
                #expect(first.text.contains("\nAuthorization: Basic bHVrZTp4\n"))
                let han = try await martlet("get", "\(url)/private/a", "--netrc", "-u", "Han", environment: environment)
                #expect(han.text == "Hello, Han!")
                let own = try await martlet("get", "\(url)/echo", "--netrc", "-u", "a:", environment: environment)
                #expect(own.text.contains("\nAuthorization: Basic YTo=\n"))
                let path = home.appending(path: ".netrc").path
                let file = try await martlet("get", "\(url)/echo", "--netrc-file", path)
                #expect(file.text == first.text)
                let none = try await martlet("get", "\(url)/echo", environment: environment)
                #expect(!none.text.contains("Authorization"))
                let port = try #require(url.split(separator: ":").last)
                let other = try await martlet("get", ":\(port)/echo", "--netrc", environment: environment)
                #expect(other.status == 0 && !other.text.contains("Authorization"))
                let curl = try await martlet("get", url, "--netrc", "--curl", environment: environment)
                #expect(curl.text == "curl \(url) --compressed --netrc\n")
            }
        }
    }

    @Test("A redirect to another server does not take the credentials along")
    func redirects() async throws {
        try await withHome("default login han password x") { home in
            try await withServer { other in
                try await withServer { request in
                    if request.url.path == "/same" { return try await answer(request) }
                    let target = request.url.path == "/away" ? "\(other)/echo" : "/same"
                    try await request.response.redirect(to: target)
                } test: { url in
                    let environment = ["HOME": home.path]
                    let away = try await martlet("get", "\(url)/away", "--netrc", "-L", environment: environment)
                    #expect(away.text.hasPrefix("GET /echo\n") && !away.text.contains("Authorization"))
                    let same = try await martlet("get", "\(url)/home", "--netrc", "-L", environment: environment)
                    #expect(same.text.contains("\nAuthorization: Basic aGFuOng=\n"))
                }
            }
        }
    }

    @Test("A file that others can read is refused, and so is one that is missing or malformed")
    func refusals() async throws {
        try await withHome("machine a passwd b") { home in
            let path = home.appending(path: ".netrc").path
            let malformed = try await martlet("get", ":1", "--netrc", environment: ["HOME": home.path])
            #expect(malformed.status == 23 && malformed.errors.hasPrefix("martlet: \(path), line 1: “passwd” is not "))
            for mode in [0o640, 0o604, 0o620] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
                let open = try await martlet("get", ":1", "--netrc-file", path)
                #expect(open.status == 23)
                #expect(
                    open.errors
                        == "martlet: \(path) can be read or changed by others. Make it private: chmod 600 \(path)\n"
                )
            }
            let missing = try await martlet("get", ":1", "--netrc", environment: ["HOME": "\(home.path)/none"])
            #expect(missing.errors == "martlet: \(home.path)/none/.netrc can't be read: No such file or directory.\n")
        }
        for arguments in [["--netrc", "--netrc-file", "a"], ["--netrc", "--bearer", "a"], ["--digest"]] {
            #expect(await Run(try startMartlet(["get", ":1"] + arguments)).status == 64)
        }
    }
}
