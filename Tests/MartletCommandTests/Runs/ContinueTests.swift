import Foundation
import HTTPTypes
import Martlet
import Synchronization
import TestProcesses
import Testing

/// Downloads that are interrupted and continued.
@Suite("martlet: --continue", .serialized, .timeLimit(.minutes(5)))
struct ContinueTests {
    private static let content = (0..<100).map { "\($0 % 10)" }.joined()

    /// A server that stops after the first ten bytes of the first response, and what it was asked.
    private final class Stalling: Sendable {
        struct State {
            var ranges: [String] = []
            var tag = "\"1\""
            var knowsRanges = true
        }

        let state = Mutex(State())
        let stalled: AsyncStream<Void>
        private let stalls: AsyncStream<Void>.Continuation

        init() {
            (stalled, stalls) = AsyncStream.makeStream()
        }

        @Sendable func answer(_ request: HTTPServerRequest) async throws {
            let (isFirst, tag, knowsRanges) = state.withLock { state in
                state.ranges.append(request.headers[.range] ?? "-")
                return (state.ranges.count == 1, state.tag, state.knowsRanges)
            }
            let response = request.response
            response.headers[.eTag] = tag
            if isFirst {
                response.contentLength = ContinueTests.content.utf8.count
                try await response.write(String(ContinueTests.content.prefix(10)))
                try await response.flush()
                stalls.yield()
                try await Task.sleep(for: .seconds(60))
            }
            let isSame = request.headers[.ifRange] == tag
            if knowsRanges, isSame, let start = request.headers[.range]?.dropFirst(6).dropLast(), let first = Int(start)
            {
                response.status = .partialContent
                response.headers[.contentRange] = "bytes \(first)-99/100"
                return try await response.end(String(ContinueTests.content.dropFirst(first)))
            }
            try await response.end(ContinueTests.content)
        }
    }

    /// Interrupts a download, changes the server, and runs the same command again.
    private func interrupt(
        _ change: (inout Stalling.State) -> Void = { _ in },
        again: (_ run: Run, _ directory: URL, _ ranges: [String]) throws -> Void
    ) async throws {
        let stalling = Stalling()
        try await withServer(stalling.answer) { url in
            try await withTemporaryDirectory { directory in
                let command = ["get", "\(url)/a", "-C", "-o", "a"]
                let process = try startMartlet(command, in: directory)
                _ = await stalling.stalled.first { _ in true }
                let part = directory.appending(path: "a.part")
                while (try? Data(contentsOf: part))?.count != 10 { try await Task.sleep(for: .milliseconds(2)) }
                process.send(SIGINT)
                let first = await Run(process)
                #expect(first.status == 130)
                #expect(first.errors == "martlet: Interrupted. Run the same command again to continue.\n")
                stalling.state.withLock { change(&$0) }
                let second = await Run(try startMartlet(command, in: directory))
                try again(second, directory, stalling.state.withLock { $0.ranges })
            }
        }
    }

    private func expectComplete(_ directory: URL) throws {
        #expect(try String(contentsOf: directory.appending(path: "a"), encoding: .utf8) == Self.content)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a"])
    }

    @Test("The rest is fetched, and the file appears")
    func continues() async throws {
        try await interrupt { run, directory, ranges in
            #expect(run.status == 0)
            #expect(ranges == ["-", "bytes=10-"])
            try expectComplete(directory)
        }
    }

    @Test("What has changed is fetched anew")
    func changed() async throws {
        try await interrupt {
            $0.tag = "\"2\""
        } again: { run, directory, ranges in
            #expect(run.status == 0)
            #expect(ranges == ["-", "bytes=10-"])
            try expectComplete(directory)
        }
    }

    @Test("A server that knows no ranges sends everything")
    func noRanges() async throws {
        try await interrupt {
            $0.knowsRanges = false
        } again: { run, directory, _ in
            #expect(run.status == 0)
            try expectComplete(directory)
        }
    }

    @Test("A part that was not asked for is not taken")
    func otherPart() async throws {
        try await withServer { request in
            request.response.status = .partialContent
            request.response.headers[.contentRange] = "bytes 3-4/10"
            try await request.response.end("ab")
        } test: { url in
            try await withTemporaryDirectory { directory in
                let run = try await martlet("get", "\(url)/a", "-C", "-O", in: directory)
                #expect(run.status == 8)
                #expect(
                    run.errors == "martlet: The server sent another part than requested "
                        + "(Content-Range: bytes 3-4/10). Try without --continue.\n"
                )
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
            }
        }
    }

    @Test("When the part is longer than the whole, it is fetched anew")
    func notSatisfiable() async throws {
        try await withServer { request in
            if request.headers[.range] != nil {
                request.response.status = .rangeNotSatisfiable
                return try await request.response.end("no")
            }
            request.response.headers[.eTag] = "\"1\""
            try await request.response.end("whole")
        } test: { url in
            try await withTemporaryDirectory { directory in
                try Data("whole and more".utf8).write(to: directory.appending(path: "a.part"))
                let origin = directory.appending(path: "a.part.origin")
                try Data("\(url)/a\n\"1\"\n".utf8).write(to: origin)
                let run = try await martlet("get", "\(url)/a", "-C", "-O", in: directory)
                #expect(run.status == 0)
                #expect(try String(contentsOf: directory.appending(path: "a"), encoding: .utf8) == "whole")
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a"])
            }
        }
    }
}
