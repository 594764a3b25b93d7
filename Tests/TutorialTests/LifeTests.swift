import Foundation
import TestProcesses
import Testing

@testable import tutorial

/// Starting and stopping.
@Suite(.timeLimit(.minutes(5)))
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

    /// M7: 60 clients, where the system lets a process have 40 descriptors.
    @Test func waitsForDescriptors() async throws {
        let process = try Subprocess(
            "/bin/sh",
            ["-c", "ulimit -n 40; exec \"$0\" hello-world-server --port 0", builtExecutable("tutorial")],
            environment: ["NIO_SINGLETON_GROUP_LOOP_COUNT": "1", "NIO_SINGLETON_BLOCKING_POOL_THREAD_COUNT": "1"]
        )
        do {
            let line = try #require(await process.output.line(startingWith: "Listening on "))
            let port = try #require(Int(line.split(separator: ":").last?.prefix { $0.isNumber } ?? ""))
            let clock = ContinuousClock()
            let start = clock.now
            var clients: [RawClient] = []
            for _ in 0..<60 { clients.append(try RawClient(port: port)) }
            for client in clients { try client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") }
            for client in clients.prefix(10) { #expect(try client.receive(until: "\r\n\r\n").contains(" 200 OK")) }
            // Long enough for a second line in the log.
            _ = await process.errors.text(containing: "times since")
            // Those that have been answered make room for the others.
            clients.removeFirst(10)
            while !clients.isEmpty {
                #expect(try clients.removeFirst().receive(until: "\r\n\r\n").contains(" 200 OK"))
            }
            let seconds = Int((clock.now - start) / .seconds(1))
            process.send(SIGTERM)
            #expect(await process.exitStatus == 0)
            let lines = await process.errors.text.split(separator: "\n").filter { $0.contains("Couldn't accept") }
            #expect(lines.count >= 2 && lines.count <= seconds + 2, "a line a second at most")
            for line in lines {
                guard let match = line.firstMatch(of: /\(([0-9]+) times since/) else { continue }
                let times = try #require(Int(match.1))
                // A twentieth of a second lies between two attempts; lines can be more than a second apart.
                #expect(times <= 20 * (seconds + 1))
            }
        } catch {
            await process.end()
            throw error
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
                        Error: \(name): Port \(holder.port) is in use. \
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
                Error: basic-writer-server: There is no directory /no/such/directory. Create it, or choose another one.

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
        #expect(Tutorial.programs.map { $0.guide.port } == [4040, 4041, 4042, 4044, 4046, 4047, 4048, 4049, 4052])
        #expect(
            Self.names == [
                "hello-world-server", "number-thinker", "note-server", "mini-file-server", "basic-file-server",
                "hello-world-server-secure", "static-file-server", "basic-writer-server", "todo-server",
            ]
        )
    }
}
