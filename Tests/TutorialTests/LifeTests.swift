import Foundation
import TestProcesses
import Testing

@testable import tutorial

/// Starting and stopping.
@Suite(.timeLimit(.minutes(2)))
struct LifeTests {
    private static let names = Tutorial.programs.map { $0.guide.name }

    @Test(arguments: names + ["tour"], [SIGINT, SIGTERM])
    func stopsWhenAsked(name: String, signal: Int32) async throws {
        try await withProgram(name, name == "tour" ? "--any-ports" : "--port=0") { program in
            // A client that is connected but silent is no reason to stay.
            let idle = try RawClient(port: program.port)
            try idle.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try idle.receive(until: "\r\n\r\n")
            program.process.send(signal)
            #expect(await program.process.exitStatus == 0)
            #expect(await program.process.errors.text == "")
        }
    }

    @Test func finishesWhatItHasBegun() async throws {
        try await withProgram("basic-writer-server", "--port", "0") { program in
            let client = try RawClient(port: program.port)
            try client.send(
                """
                POST /file HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 2\r\nExpect: 100-continue\r\n\r\n
                """
            )
            #expect(try client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            program.process.send(SIGTERM)
            try client.send("{}")
            #expect(try client.receive(until: "null.").hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(await program.process.exitStatus == 0)
        }
    }

    @Test func leavesBehindWhoIsTooSlow() async throws {
        try await withProgram("basic-writer-server", "--port", "0") { program in
            let client = try RawClient(port: program.port)
            try client.send(
                """
                POST /file HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 2\r\nExpect: 100-continue\r\n\r\n
                """
            )
            _ = try client.receive(until: "\r\n\r\n")
            program.process.send(SIGINT)
            #expect(await program.process.exitStatus == 0)
            #expect(try client.receive(until: "200") == "")
        }
    }

    @Test(arguments: names)
    func saysThatThePortIsTaken(name: String) async throws {
        try await withProgram("hello-world-server", "--port", "0") { holder in
            try await withTemporaryDirectory { directory in
                let process = try startTutorial([name, "--port", "\(holder.port)"], in: directory)
                #expect(await process.exitStatus == 1)
                let output = await process.output.text
                // Whoever makes certificates tells of it, then and never again.
                #expect(output.isEmpty || name == "hello-world-server-secure")
                #expect(
                    await process.errors.text == """
                        Error: \(name): Port \(holder.port) is taken. \
                        Stop the program that uses it, or choose another one with --port.

                        """
                )
            }
        }
    }

    @Test func saysThatTheDirectoryIsMissing() async throws {
        let process = try startTutorial(["basic-writer-server", "--port", "0", "--directory", "/no/such/directory"])
        #expect(await process.exitStatus == 1)
        #expect(await process.output.text == "")
        #expect(
            await process.errors.text == """
                Error: basic-writer-server: There is no directory /no/such/directory. Make it, or choose another one.

                """
        )
    }

    @Test func saysThatTheHostIsUnknown() async throws {
        let process = try startTutorial(["hello-world-server", "--port", "0", "--host", "no.such.host.invalid"])
        #expect(await process.exitStatus == 1)
        let errors = await process.errors.text
        #expect(errors.hasPrefix("Error: hello-world-server: Couldn't look up no.such.host.invalid: "))
        #expect(errors.split(separator: "\n").count == 1)
    }

    @Test func programsHaveThePortsOfTheTutorial() {
        #expect(Tutorial.programs.map { $0.guide.port } == [4040, 4041, 4042, 4044, 4046, 4047, 4048, 4049])
        #expect(
            Self.names == [
                "hello-world-server", "number-thinker", "note-server", "mini-file-server", "basic-file-server",
                "hello-world-server-secure", "static-file-server", "basic-writer-server",
            ]
        )
    }
}
