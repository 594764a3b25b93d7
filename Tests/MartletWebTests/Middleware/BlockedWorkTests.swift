import Foundation
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

@Suite("M6: work that blocks holds up nothing else", .timeLimit(.minutes(5)))
struct BlockedWorkTests {
    @Test("files and uploads go on while logs go to pipes that are not read")
    func logs() async throws {
        // More logs than there are threads for the work that waits for disks.
        let logs = (0..<System.coreCount + 2).map { _ in BlockedLog() }
        // Each is at work once it has taken what fits into the pipe.
        for log in logs {
            var readiness = pollfd(fd: log.pipe.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&readiness, 1, 10_000) == 1)
        }
        let site = try TemporaryDirectory()
        try site.write(String(repeating: "a", count: 100_000), to: "root/a.txt")
        let uploads = UploadHandler(directory: site.root)
        var configuration = VirtualDirectory.Configuration()
        // Each file is looked for by a thread that may wait for the disk.
        configuration.walksStepwise = true
        configuration.listsDirectories = true
        let files = VirtualDirectory(site.root, configuration: configuration)
        try await withServer(.bare, serving(files, uploads)) { server in
            let file = try await server.response(to: get("/a.txt"))
            #expect(file.content.count == 100_000)
            let coded = try await server.response(to: get("/a.txt", "Accept-Encoding: gzip"))
            #expect(coded.status == 200)
            let list = try await server.response(to: get("/"))
            #expect(list.status == 200)
            let content = form(("name=f; filename=b.txt", "x"))
            let stored = try await server.response(to: post(content, type: formType))
            #expect(stored.status == 201)
        }
        // Whatever waits is written once the pipe is read.
        for log in logs {
            #expect(await log.readWhileFlushing() == BlockedLog.byteCount)
            #expect(log.output.droppedLines == 0)
        }
    }

    @Test("a log to a pipe that does not wait loses nothing")
    func nonBlocking() async throws {
        let log = BlockedLog(isBlocking: false)
        #expect(await log.readWhileFlushing() == BlockedLog.byteCount)
    }
}

/// A log to a pipe that holds less than the lines that were written to it.
private struct BlockedLog {
    private static let line = String(repeating: "x", count: 99_999) + "\n"
    private static let lineCount = 5
    /// How many bytes the lines have.
    static let byteCount = line.utf8.count * lineCount

    let pipe = Pipe()
    let output: LogOutput

    /// - Parameter isBlocking: Whether a write to the full pipe waits until there is room.
    init(isBlocking: Bool = true) {
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        if !isBlocking { _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) }
        output = LogOutput(descriptor: descriptor)
        for _ in 0..<Self.lineCount { output.write(Self.line) }
    }

    /// Reads the pipe until all the lines have come out, and returns how many bytes that were.
    func readWhileFlushing() async -> Int {
        let pipe = pipe
        let reading = Task.detached {
            var count = 0
            while count < Self.byteCount, case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
                count += data.count
            }
            return count
        }
        await output.flush()
        return await reading.value
    }
}
