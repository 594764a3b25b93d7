import Foundation
import TestProcesses
import Testing

@testable import DevelopmentCertificates

@Suite("Development certificates", .timeLimit(.minutes(5)))
struct DevelopmentCertificatesTests {
    private let day = 86_400.0
    private static let names = [
        ".gitignore", "authority-key.pem", "authority.pem", "localhost-key.pem", "localhost.pem", "lock",
        "loopback.pem",
    ]

    @Test("Files that nobody else can read, and git does not see")
    func files() async throws {
        try await withTemporaryDirectory { directory in
            let certificates = try DevelopmentCertificates.prepare(in: directory.path + "/a/b")
            #expect(certificates.isNew)
            #expect(certificates.authority == directory.path + "/a/b/authority.pem")
            #expect(try FileManager.default.contentsOfDirectory(atPath: certificates.directory).sorted() == Self.names)
            for name in Self.names { #expect(try mode(of: certificates.directory + "/" + name) == 0o600, "\(name)") }
            #expect(try mode(of: certificates.directory) == 0o700)
            #expect(try text(certificates.directory + "/.gitignore") == "*\n")
        }
    }

    @Test("What openssl says about them")
    func contents() async throws {
        try await withTemporaryDirectory { directory in
            let certificates = try DevelopmentCertificates.prepare(in: directory.path + "/c")
            for host in [["-verify_hostname", "localhost"], ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"]] {
                let options = ["-x509_strict", "-purpose", "sslserver"] + host
                let said = try await verify(certificates.loopback, by: certificates.authority, options)
                #expect(said.status == 0, "\(said.text)")
            }
            let other = ["-verify_hostname", "example.com"]
            #expect(try await verify(certificates.loopback, by: certificates.authority, other).status != 0)
            let leaf = try await openssl(["x509", "-in", certificates.loopback, "-noout", "-text"]).text
            for part in [
                "CA:FALSE", "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1", "ecdsa-with-SHA256",
                "TLS Web Server Authentication", "X509v3 Key Usage: critical\n                Digital Signature\n",
            ] { #expect(leaf.contains(part), "\(part)") }
            let authority = try await openssl(["x509", "-in", certificates.authority, "-noout", "-text"]).text
            for part in [
                "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0",
                "X509v3 Name Constraints: critical\n                Permitted:\n                  DNS:localhost\n",
                "IP:127.0.0.0/255.0.0.0\n", "Certificate Sign\n",
            ] { #expect(authority.contains(part), "\(part)") }
        }
    }

    @Test("A stolen key makes nobody another site")
    func constraints() async throws {
        try await withTemporaryDirectory { directory in
            let certificates = try DevelopmentCertificates.prepare(in: directory.path + "/c")
            let key = certificates.directory + "/authority-key.pem"
            for (names, isGood) in [
                ("DNS:localhost", true), ("DNS:app.localhost", true), ("IP:127.8.8.8", true),
                ("DNS:example.com", false), ("DNS:localhost.example.com", false), ("IP:192.0.2.1", false),
                ("DNS:localhost,DNS:example.com", false), ("IP:::2", false),
            ] {
                let forged = directory.path + "/forged.pem"
                try Data("subjectAltName=\(names)\n".utf8).write(to: directory.appending(path: "names"))
                _ = try await openssl([
                    "req", "-new", "-key", certificates.privateKey, "-subj", "/O=x", "-out",
                    directory.path + "/request",
                ])
                let made = try await openssl([
                    "x509", "-req", "-in", directory.path + "/request", "-CA", certificates.authority, "-CAkey", key,
                    "-days", "9", "-extfile", directory.path + "/names", "-out", forged,
                ])
                #expect(made.status == 0)
                let said = try await verify(forged, by: certificates.authority, [])
                #expect((said.status == 0) == isGood, "\(names): \(said.text)")
            }
        }
    }

    @Test("What is there is used, and renewed before it ends")
    func renewal() async throws {
        try await withTemporaryDirectory { directory in
            let now = Date()
            let path = directory.path + "/c"
            func prepare(after days: Double) throws -> (authority: String, leaf: String, isNew: Bool) {
                let certificates = try DevelopmentCertificates.prepare(in: path, at: now + days * day)
                return (try text(certificates.authority), try text(certificates.loopback), certificates.isNew)
            }
            let first = try prepare(after: 0)
            #expect(first.isNew)
            let keys = try [text(path + "/authority-key.pem"), text(path + "/localhost-key.pem")]
            #expect(try prepare(after: 366) == (first.authority, first.leaf, false))
            let renewed = try prepare(after: 368)
            #expect(renewed.authority == first.authority)
            #expect(renewed.leaf != first.leaf)
            #expect(!renewed.isNew)
            // It ends before its authority does.
            let late = try prepare(after: 3_222)
            #expect(late.authority == first.authority)
            let next = try prepare(after: 3_224)
            #expect(next.authority != first.authority)
            #expect(next.isNew)
            // A clock that was wrong does not spoil anything.
            #expect(try prepare(after: 0).isNew)
            #expect(try [text(path + "/authority-key.pem"), text(path + "/localhost-key.pem")] == keys)
        }
    }

    @Test("What is missing or does not fit is made anew")
    func repair() async throws {
        try await withTemporaryDirectory { directory in
            let (path, other) = (directory.path + "/c", directory.path + "/other")
            let first = try DevelopmentCertificates.prepare(in: path)
            let foreign = try DevelopmentCertificates.prepare(in: other)
            let chain = try text(first.loopback)
            for content in ["", "nonsense", try text(foreign.loopback)] {
                try Data(content.utf8).write(to: URL(filePath: first.loopback))
                #expect(try !DevelopmentCertificates.prepare(in: path).isNew)
                #expect(try text(first.loopback) != content)
                let said = try await verify(first.loopback, by: first.authority, [])
                #expect(said.status == 0, "\(said.text)")
            }
            #expect(try text(first.loopback) != chain)

            // Another authority vouches for nothing here.
            try Data(try text(foreign.authority).utf8).write(to: URL(filePath: first.authority))
            #expect(try DevelopmentCertificates.prepare(in: path).isNew)
            #expect(try await verify(first.loopback, by: first.authority, []).status == 0)

            try FileManager.default.removeItem(atPath: first.privateKey)
            #expect(try !DevelopmentCertificates.prepare(in: path).isNew)
            #expect(try await verify(first.loopback, by: first.authority, []).status == 0)

            // Nobody else is to read what some program has left readable.
            #expect(chmod(first.privateKey, 0o644) == 0)
            _ = try DevelopmentCertificates.prepare(in: path)
            #expect(try mode(of: first.privateKey) == 0o600)
        }
    }

    @Test("Errors that say what to do")
    func errors() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.path + "/c"
            let certificates = try DevelopmentCertificates.prepare(in: path)
            try Data("nonsense".utf8).write(to: URL(filePath: certificates.privateKey))
            #expect(message(path) == "\(certificates.privateKey) holds no key. Remove it to create a new one.")
            try Data([0xFF]).write(to: URL(filePath: certificates.privateKey))
            #expect(message(path) == "\(certificates.privateKey) is not a file of Martlet. Remove it.")

            let shared = directory.path + "/shared"
            #expect(mkdir(shared, 0o700) == 0 && chmod(shared, 0o777) == 0)
            #expect(
                message(shared)
                    == "Others can write to \(shared), so keys are not safe there. Choose a directory of your own."
            )
            #expect(try FileManager.default.contentsOfDirectory(atPath: shared) == [])
            #expect(message("/dev/null/c") == "Couldn't create /dev/null/c: Not a directory.")
            #expect(message("/dev/null") == "/dev/null is not a directory.")
        }
    }

    @Test("Programs that begin at the same time get the same")
    func races() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.path + "/c"
            let made = try await withThrowingTaskGroup(of: (String, Bool).self) { group in
                for _ in 0..<12 {
                    group.addTask { @concurrent in
                        let certificates = try DevelopmentCertificates.prepare(in: path)
                        let files = [certificates.authority, certificates.loopback, certificates.privateKey]
                        return (try files.map { try text($0) }.joined(), certificates.isNew)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(made.map(\.0)).count == 1)
            #expect(made.count { $0.1 } == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == Self.names)
        }
    }

    // MARK: Support

    private func message(_ path: String) -> String? {
        do {
            _ = try DevelopmentCertificates.prepare(in: path)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func verify(_ file: String, by authority: String, _ options: [String]) async throws -> Said {
        try await openssl(["verify", "-no-CApath", "-no-CAstore", "-CAfile", authority] + options + [file])
    }

    private func openssl(_ arguments: [String]) async throws -> Said {
        let process = try Subprocess("openssl", arguments)
        let (output, errors) = (await process.output.text, await process.errors.text)
        return Said(status: await process.exitStatus, text: output + errors)
    }
}

/// What a program has said.
private struct Said {
    let status: CInt
    let text: String
}

private func text(_ path: String) throws -> String {
    try String(contentsOf: URL(filePath: path), encoding: .utf8)
}

private func mode(of path: String) throws -> Int? {
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
    return mode?.intValue
}
