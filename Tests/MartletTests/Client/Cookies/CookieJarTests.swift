import CLibrary
import HTTPTypes
import HTTPWire
import Testing

@testable import Martlet

@Suite("Cookie jars and their files")
struct CookieJarTests {
    private let now = HTTPDate(secondsSince1970: 1_700_000_000)

    /// Runs `body` with the path of a file in a folder of its own, and tells what the folder holds afterwards.
    @discardableResult
    private func withFolder(_ body: (String) async throws -> Void) async throws -> [String] {
        var template = Array("/tmp/martlet-cookies-XXXXXX".utf8CString)
        let folder = String(cString: try #require(mkdtemp(&template)))
        defer { rmdir(folder) }
        func names() -> [String] {
            guard let directory = opendir(folder) else { return [] }
            defer { closedir(directory) }
            var names: [String] = []
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { names.append(name) }
            }
            return names.sorted()
        }
        func clean() -> [String] {
            let found = names()
            for name in found { unlink("\(folder)/\(name)") }
            return found
        }
        do {
            try await body("\(folder)/jar.json")
        } catch {
            _ = clean()
            throw error
        }
        return clean()
    }

    private func filledJar() throws -> CookieJar {
        let jar = CookieJar()
        let url = try #require(HTTPURL("https://b.a.com/x/y"))
        var fields = HTTPFields()
        for value in [
            "session=1", "p=\"q r\"; Max-Age=100; Domain=a.com; Path=/; Secure; HttpOnly; SameSite=Strict",
            "u=\u{FC}/; Max-Age=1000", "bad=1; Domain=com; Max-Age=1", "\u{1}",
        ] { fields.append(HTTPField(name: .setCookie, value: value)) }
        #expect(jar.store(setCookieFields: fields, from: url, now: now) == [.publicSuffix("com")])
        return jar
    }

    @Test("take the fields of a response and give the cookies of a request")
    func fields() throws {
        let jar = try filledJar()
        let url = try #require(HTTPURL("https://b.a.com/x/z"))
        var fields = HTTPFields()
        fields.cookies = jar.cookies(for: url, now: now)
        #expect(fields[.cookie] == "session=1; u=\u{FC}/; p=\"q r\"")
        #expect(jar.cookies(for: url, now: now).map(\.name) == ["session", "u", "p"])
        #expect(jar.cookies(for: url, now: now, context: .crossSite).isEmpty)
        #expect(jar.count == 3)
        #expect(jar.store([try SetCookie(name: "n", value: "v")], from: url, now: now).isEmpty)
        #expect(jar.all.map(\.name) == ["session", "p", "u", "n"])
        jar.remove(jar.all[3])
        jar.removeSessionCookies()
        jar.removeExpired(at: HTTPDate(secondsSince1970: now.secondsSince1970 + 100))
        #expect(jar.all.map(\.name) == ["u"])
        jar.removeAll(domain: "com")
        #expect(jar.count == 0)
    }

    @Test("are saved without session cookies, and come back the same")
    func saving() async throws {
        let jar = try filledJar()
        let names = try await withFolder { path in
            try await jar.save(to: path)
            let copy = try await CookieJar(contentsOf: path)
            #expect(copy.all.map(\.cookie) == jar.all.dropFirst().map(\.cookie))
            var old = try #require(jar.all.first { $0.name == "p" })
            let new = try #require(copy.all.first)
            old.serial = new.serial
            #expect(new == old)

            try await jar.save(to: path, includingSessionCookies: true)
            #expect(try await CookieJar(contentsOf: path).all.map(\.name) == ["session", "p", "u"])

            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
        #expect(names == ["jar.json"])
    }

    @Test("the file, byte for byte")
    func format() async throws {
        let jar = CookieJar()
        let url = try #require(HTTPURL("https://a.com/"))
        jar.store(
            [try SetCookie(name: "n", value: "v", maxAge: 60, isSecure: true, sameSite: .lax)],
            from: url,
            now: now
        )
        let bytes = try CookieFile.encode(jar.all)
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {
                  "cookies" : [
                    {
                      "accessed" : 1700000000,
                      "created" : 1700000000,
                      "domain" : "a.com",
                      "expires" : 1700000060,
                      "hostOnly" : true,
                      "httpOnly" : true,
                      "name" : "n",
                      "path" : "/",
                      "sameSite" : "Lax",
                      "secure" : true,
                      "value" : "v"
                    }
                  ],
                  "version" : 1
                }

                """
        )
    }

    @Test("a file that is not there makes an empty jar; a folder or a missing folder is an error")
    func missing() async throws {
        let names = try await withFolder { path in
            let jar = try await CookieJar(contentsOf: path)
            #expect(jar.count == 0)
            let folder = String(path.dropLast("/jar.json".count))
            await #expect(throws: FileError.self) { try await CookieJar(contentsOf: folder) }
            await #expect(throws: FileError.self) { try await CookieJar().save(to: "\(folder)/none/jar.json") }
            await #expect(throws: FileError.self) { try await CookieJar().save(to: folder) }
        }
        #expect(names == [])
    }

    @Test(
        "a damaged file is an error, is kept aside, and does not stop the next start",
        arguments: [
            "", "{", "[]", "{\"cookies\":[]}", "{\"version\":1}", "{\"version\":1,\"cookies\":[{}]}", "\u{0}\u{0}\u{0}",
            entry(), entry(name: "a\\r\\nX: y"), entry(value: "a\\u0000"), entry(value: "a;b"), entry(domain: ""),
            entry(domain: "A.com"), entry(domain: "a.com/x"), entry(path: "x"), entry(path: "/\\n"),
            entry(sameSite: "Maybe"), entry(value: String(repeating: "x", count: 4097)),
        ]
    )
    func damaged(text: String) async throws {
        let isValid = text == Self.entry()
        let names = try await withFolder { path in
            try DurableFile.replace(path, with: Array(text.utf8))
            do {
                #expect(try await CookieJar(contentsOf: path).count == 1)
                #expect(isValid)
            } catch CookieJarError.corrupt(path, let aside, let reason) {
                #expect(!isValid)
                #expect(aside == path + ".corrupt")
                #expect(!reason.isEmpty)
                #expect(try DurableFile.contents(of: aside, upTo: 100_000) == Array(text.utf8))
                #expect(try await CookieJar(contentsOf: path).count == 0)
            }
        }
        #expect(names == [isValid ? "jar.json" : "jar.json.corrupt"])
    }

    private static func entry(
        name: String = "n",
        value: String = "v",
        domain: String = "a.com",
        path: String = "/",
        sameSite: String = "Lax"
    ) -> String {
        """
        {"version":1,"cookies":[{"name":"\(name)","value":"\(value)","domain":"\(domain)","hostOnly":true,\
        "path":"\(path)","secure":true,"httpOnly":true,"sameSite":"\(sameSite)","created":1,"accessed":2}]}
        """
    }

    @Test("a file of a newer version is left alone")
    func newer() async throws {
        let names = try await withFolder { path in
            try DurableFile.replace(path, with: Array("{\"version\":2,\"jar\":{}}".utf8))
            await #expect(throws: CookieJarError.unknownVersion(2, path: path)) {
                try await CookieJar(contentsOf: path)
            }
        }
        #expect(names == ["jar.json"])
    }

    @Test("a write that fails midway leaves the old file and no other")
    func crash() async throws {
        let names = try await withFolder { path in
            try await filledJar().save(to: path)
            let before = try DurableFile.contents(of: path, upTo: 100_000)
            // What a crash leaves behind is never read.
            try DurableFile.replace("\(path).0.tmp", with: [0x7B])
            #expect(try await CookieJar(contentsOf: path).count == 2)
            #expect(try DurableFile.contents(of: path, upTo: 100_000) == before)
            #expect(throws: FileError(operation: "read", path: path, code: EFBIG)) {
                try DurableFile.contents(of: path, upTo: 10)
            }
        }
        #expect(names == ["jar.json", "jar.json.0.tmp"])
    }

    @Test("many savers at once leave a whole file")
    func concurrency() async throws {
        let jar = try filledJar()
        let names = try await withFolder { path in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 { group.addTask { try await jar.save(to: path) } }
                try await group.waitForAll()
            }
            #expect(try await CookieJar(contentsOf: path).count == 2)
        }
        #expect(names == ["jar.json"])
    }
}
