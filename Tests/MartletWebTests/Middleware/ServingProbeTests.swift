import CLibrary
import Foundation
import Martlet
import NIOCore
import TestProcesses
import Testing

@testable import MartletWeb

/// A program as the README shows them, with its output in a pipe, as containers have it.
@Suite("A program with a server", .timeLimit(.minutes(5)))
struct ServingProbeTests {
    private func withProbe(_ arguments: [String], test: (Subprocess, _ url: String) async throws -> Void) async throws {
        let process = try Subprocess(builtExecutable("ServingProbe"), arguments)
        do {
            // S21: seen although the program goes on.
            let line = try #require(await process.output.line(startingWith: "Listening on "))
            try await test(process, String(line.dropFirst("Listening on ".count)))
        } catch {
            await process.end()
            throw error
        }
        await process.end()
    }

    @Test("S21: is heard when it says where it listens")
    func announcement() async throws {
        try await withProbe([]) { _, url in #expect(url.hasPrefix("http://127.0.0.1:")) }
    }

    @Test("S18: has every line of the log written when it is asked to end", arguments: [["group"], []])
    func log(arguments: [String]) async throws {
        try await withProbe(arguments) { process, url in
            for number in 0..<20 {
                let response = try await HTTPClient.shared.get(url + "\(number)")
                _ = try await response.collect()
            }
            // A program that catches no signals is ended in the middle of whatever it does.
            if arguments.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
            process.send(SIGTERM)
            _ = await process.exitStatus
            let lines = await process.output.text.split(separator: "\n")
            #expect(lines.count == 21)
            #expect(lines.last?.contains("\"GET /19 HTTP/1.1\" 200 13") == true)
        }
    }

    @Test("S17: ends a stream of events, and then itself")
    func events() async throws {
        try await withProbe(["group"]) { process, url in
            let response = try await HTTPClient.shared.get(url + "events")
            var iterator = response.body.makeAsyncIterator()
            let first = try #require(try await iterator.next())
            #expect(String(buffer: first) == "event\n")
            process.send(SIGTERM)
            var rest = ""
            while let part = try await iterator.next() { rest += String(buffer: part) }
            #expect(rest == "bye\n")
            #expect(await process.exitStatus == 0)
            #expect(await process.output.text.hasSuffix("\"GET /events HTTP/1.1\" 200 10\n"))
        }
    }

    @Test("S18: what waits in an output is written at once when the program says so, for as long as it may take")
    func writeAll() throws {
        let directory = try TemporaryDirectory([])
        let output = try LogOutput(appendingTo: "\(directory.path)/log")
        for number in 0..<100 { output.write("\(number)\n") }
        LogOutput.writeAll()
        #expect(directory.contents(of: "log") == (0..<100).map { "\($0)\n" }.joined())
    }

    @Test("S18: an output that takes nothing holds nothing up")
    func stuck() async throws {
        var ends: [CInt] = [-1, -1]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { _ = close($0) } }
        let output = LogOutput(descriptor: ends[1])
        let line = String(repeating: "x", count: 99_999) + "\n"
        for _ in 0..<5 { output.write(line) }
        await output.flush(within: .milliseconds(50))
        LogOutput.writeAll(within: .milliseconds(50))
        // The thread that writes lets go when the pipe is read.
        let reading = Task.detached { [end = ends[0]] in
            var count = 0
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while count < 500_000 { count += max(read(end, &bytes, bytes.count), 0) }
            return count
        }
        #expect(await reading.value == 500_000)
        await output.flush()
    }
}
