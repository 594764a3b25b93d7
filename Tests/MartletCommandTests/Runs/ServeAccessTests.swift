import Foundation
import HTTPTypes
import Martlet
import NIOCore
import TestProcesses
import Testing

/// A single file, passwords and header fields of `martlet serve`.
@Suite("martlet serve, more narrowly", .serialized, .timeLimit(.minutes(5)))
struct ServeAccessTests {
    @Test("One file is at / and at its name, and nothing else is there")
    func singleFile() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("Han Solo", to: "a b.txt")
            try directory.write("secret", to: "b.txt")
            try await withServing("a b.txt", in: directory) { serving in
                let root = try await serving.get("/")
                #expect(try await root.text() == "Han Solo")
                #expect(root.headers[.contentType] == "text/plain; charset=utf-8")
                #expect(root.headers[.contentDisposition] == "inline; filename=\"a b.txt\"")
                let named = try await serving.get("/a%20b.txt?x")
                #expect(try await named.text() == "Han Solo")
                #expect(named.headers[.contentDisposition] == nil)
                for target in ["/b.txt", "/a%20b.txt/", "/a%20b.txt/b", "/x/a%20b.txt", "/%2e%2e/b.txt", "/a+b.txt"] {
                    let response = try await serving.get(target)
                    #expect([.notFound, .badRequest].contains(response.status), "\(target)")
                    let text = try await response.text()
                    #expect(!text.contains("secret") && !text.contains("Index of"), "\(target)")
                }
                #expect(try await serving.post("/", body: "x").status == .methodNotAllowed)
            }
            let upload = try await martlet("serve", "b.txt", "--upload", in: directory)
            #expect(upload.status == 64)
            #expect(
                upload.errors == "martlet: b.txt is a file; --upload, --spa and --spa-file need a directory.\n"
            )
        }
    }

    @Test("The list of a directory offers it as an archive, unless that is turned off")
    func archive() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("Han Solo", to: "a.txt")
            try await withServing(in: directory) { serving in
                #expect(try await serving.get("/").text().contains("Download as zip"))
                let response = try await serving.get("/?zip")
                #expect(response.headers[.contentType] == "application/zip")
                var start = try await response.collect(upTo: 10_000)
                #expect(start.readString(length: 4) == "PK\u{3}\u{4}")
            }
            try await withServing("--no-zip", in: directory) { serving in
                let page = try await serving.get("/").text()
                #expect(!page.contains("Download as zip"))
                #expect(try await serving.get("/?zip").headers[.contentType] == "text/html; charset=utf-8")
            }
        }
    }

    @Test("The address is shown as a code when asked for")
    func code() async throws {
        try await withTemporaryDirectory { directory in
            try await withServing("--qr", "--color", "never", in: directory) { serving in
                let line = await serving.process.errors.line(startingWith: "██ ▄▄▄▄▄ █")
                #expect(line?.hasSuffix("█ ▄▄▄▄▄ ██") == true)
            }
        }
    }

    @Test("Header fields are in all responses, those to errors and refusals included")
    func headers() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("Han Solo", to: "a.txt")
            let fields = ["Referrer-Policy: no-referrer", "Server: Falcon", "X-A: 1", "X-A: 2"]
            try await withServing(
                "-H",
                fields[0],
                "-H",
                fields[1],
                "-H",
                fields[2],
                "-H",
                fields[3],
                in: directory
            ) { serving in
                for target in ["/", "/a.txt", "/none", "/%00"] {
                    let response = try await serving.get(target)
                    #expect(response.headers[.referrerPolicy] == "no-referrer", "\(target)")
                    #expect(response.headers[values: .server] == ["Falcon"], "\(target)")
                    let name = try #require(HTTPField.Name("X-A"))
                    #expect(response.headers[values: name] == ["1", "2"], "\(target)")
                }
            }
            for field in ["Date: x", "a", "Cache-Control: no-store", "a: b\nc: d"] {
                let run = try await martlet("serve", "--port", "0", "--header", field, in: directory)
                #expect(run.status == 64, "\(field)")
            }
        }
    }

    @Test("Only those who know the name and the password get in, to every path")
    func password() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("Han Solo", to: "a.txt")
            try await withServing(
                "--auth",
                "han:chew:ie",
                "--auth",
                "leia:ö",
                "--upload",
                in: directory
            ) { serving in
                for target in ["/", "/a.txt", "/none", "/?upload"] {
                    let response = try await serving.get(target)
                    #expect(response.status == .unauthorized, "\(target)")
                    #expect(response.headers[.wwwAuthenticate]?.hasPrefix("Basic realm=\"martlet\"") == true)
                    #expect(try await serving.post(target, body: "x").status == .unauthorized)
                }
                func get(_ user: String) async throws -> Run {
                    try await martlet("get", serving.url + "/a.txt", "--user", user, "--fail")
                }
                #expect(try await get("han:chew:ie").text == "Han Solo")
                #expect(try await get("leia:ö").text == "Han Solo")
                for user in ["han:chew", "han:ö", "leia:chew:ie", "x:chew:ie", "han:"] {
                    #expect(try await get(user).status == 4, "\(user)")
                }
                let run = await serving.interrupt()
                #expect(!run.errors.contains("without encryption"))
            }
            try await withServing("--auth", "a:b", "--host", "0.0.0.0", in: directory) { serving in
                let warning = await serving.process.errors.line(startingWith: "Passwords are sent without")
                #expect(
                    warning
                        == "Passwords are sent without encryption: use --tls, or --cert and --key, unless a proxy adds TLS."
                )
            }
            for auth in [":x", "han:", "a:b\u{1}"] {
                #expect(
                    try await martlet("serve", "--port", "0", "--auth", auth, in: directory).status == 64,
                    "\(auth)"
                )
            }
        }
    }

    #if Passwords
        @Test("Passwords can be in a file, as hashes")
        func passwordFile() async throws {
            try await withTemporaryDirectory { directory in
                try directory.write("Han Solo", to: "site/a.txt")
                let made = try await shell(
                    "printf 'chewie\\n' | martlet hash-password han > users && printf 'x' | martlet hash-password leia >> users",
                    in: directory
                )
                #expect(made.status == 0, "\(made.errors)")
                let lines = try #require(directory.text(of: "users")).split(separator: "\n")
                #expect(lines.map { $0.prefix { $0 != "=" } } == ["han:$scrypt$ln", "leia:$scrypt$ln"])
                try await withServing("site", "--auth-file", "users", "--auth", "luke:r2", in: directory) { serving in
                    let refused = try await serving.get("/a.txt")
                    #expect(refused.status == .unauthorized)
                    func get(_ user: String) async throws -> Run {
                        try await martlet("get", serving.url + "/a.txt", "--user", user, "--fail")
                    }
                    for user in ["han:chewie", "han:chewie", "leia:x", "luke:r2"] {
                        #expect(try await get(user).text == "Han Solo", "\(user)")
                    }
                    for user in ["han:x", "leia:chewie", "r2:d2", "luke:chewie"] {
                        #expect(try await get(user).status == 4, "\(user)")
                    }
                }
                try directory.write("han:chewie\n", to: "plain")
                let plain = try await martlet("serve", "site", "--port", "0", "--auth-file", "plain", in: directory)
                #expect(plain.status == 23)
                #expect(plain.errors.hasPrefix("martlet: plain, line 1: The stored text is not a hash"))
                let missing = try await martlet("serve", "site", "--auth-file", "none", in: directory)
                #expect(missing.status == 23)
                #expect(missing.errors == "martlet: Couldn't read none: No such file or directory\n")
                let empty = try await martlet("hash-password", "han", in: directory)
                #expect(empty.status == 64)
                #expect(empty.errors.contains("A password must have 1 to 1024 bytes."))
            }
        }
    #endif
}
