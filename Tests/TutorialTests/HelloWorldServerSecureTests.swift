import Foundation
import TestProcesses
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HelloWorldServerSecureTests {
    private static let authority = certificateDirectory + "/authority.pem"

    @Test func greetsWhoTrustsItsAuthority() async throws {
        try await withProgram("hello-world-server-secure", "--port", "0") { program in
            #expect(program.url == "https://127.0.0.1:\(program.port)")
            for url in [program.url + "/a", "https://localhost:\(program.port)/"] {
                let reply = try await Reply(curl: ["--http1.1", "--cacert", Self.authority, url])
                #expect(reply.status == 200)
                #expect(reply.headers == Reply.textHeaders(length: 13))
                #expect(reply.body == "Hello, world!")
            }
            // Others are warned.
            let curl = try Subprocess("curl", ["--silent", "--noproxy", "*", program.url])
            #expect(await curl.exitStatus == 60)
            // And those who forget the s are told.
            let plain = try Subprocess("curl", ["--silent", "--noproxy", "*", "http://127.0.0.1:\(program.port)/"])
            #expect(await plain.output.text == "This port speaks HTTPS: use https:// in the URL.\n")
        }
    }

    @Test func tellsHowToTrustAnAuthorityThatIsNew() async throws {
        try await withTemporaryDirectory { directory in
            let home = directory.appending(path: "home").path
            for isNew in [true, false] {
                let process = try startTutorial(
                    ["hello-world-server-secure", "--port", "0"],
                    environment: ["MARTLET_CERTIFICATES": "", "XDG_DATA_HOME": "", "HOME": home]
                )
                let line = await process.output.line(startingWith: "Listening on https://127.0.0.1:")
                #expect(line != nil)
                let lines = await process.output.lines(1)
                let data = "\(home)/.local/share/martlet/certificates"
                #expect(lines.count == (isNew ? 8 : 1))
                #expect(lines.contains { $0.hasSuffix("has been created: \(data)/authority.pem") } == isNew)
                await process.end()
                #expect(FileManager.default.fileExists(atPath: data + "/localhost-key.pem"))
            }
        }
    }

    @Test func takesACertificate() async throws {
        // Made by a program that has run before, or by this one.
        try await withProgram("hello-world-server-secure", "--port", "0") { _ in }
        let pair = [
            "--cert", certificateDirectory + "/loopback.pem", "--key", certificateDirectory + "/localhost-key.pem",
        ]
        let process = try startTutorial(
            ["hello-world-server-secure", "--port", "0"] + pair,
            environment: ["MARTLET_CERTIFICATES": "/dev/null"]
        )
        let line = await process.output.line(startingWith: "Listening on https://127.0.0.1:")
        let url = try #require(line?.dropFirst("Listening on ".count))
        #expect(try await Reply(curl: ["--http1.1", "--cacert", Self.authority, String(url)]).body == "Hello, world!")
        await process.end()

        let missing = try startTutorial(["hello-world-server-secure", "--cert", "/no/cert", "--key", "/no/key"])
        #expect(await missing.exitStatus == 1)
        #expect(await missing.errors.text == "Error: hello-world-server-secure: There is no file /no/cert.\n")
    }

    @Test func saysThatThereIsNoPlaceForCertificates() async throws {
        let process = try startTutorial(
            ["hello-world-server-secure", "--port", "0"],
            environment: ["MARTLET_CERTIFICATES": "/dev/null"]
        )
        #expect(await process.exitStatus == 1)
        #expect(await process.errors.text == "Error: hello-world-server-secure: /dev/null is not a directory.\n")
    }
}
