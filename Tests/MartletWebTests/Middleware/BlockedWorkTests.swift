import Foundation
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

@Suite("M6: work that blocks holds up nothing else", .timeLimit(.minutes(1)))
struct BlockedWorkTests {
    @Test("files and uploads go on while logs go to pipes that are not read")
    func logs() async throws {
        // More logs than there are threads for the work that waits for disks.
        let pipes = (0..<System.coreCount + 2).map { _ in Pipe() }
        let outputs = pipes.map { LogOutput(descriptor: $0.fileHandleForWriting.fileDescriptor) }
        let line = String(repeating: "x", count: 99_999) + "\n"
        for output in outputs { for _ in 0..<5 { output.write(line) } }
        // Each is at work once it has taken what fits into the pipe.
        for pipe in pipes {
            var readiness = pollfd(fd: pipe.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&readiness, 1, 10_000) == 1)
        }
        let site = try TemporaryDirectory()
        try site.write(String(repeating: "a", count: 100_000), to: "root/a.txt")
        let uploads = UploadHandler(directory: site.root)
        var configuration = VirtualDirectory.Configuration()
        // Each file is looked for by a thread that may wait for the disk.
        configuration.walksStepwise = true
        configuration.allowDirectoryListing = true
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
        for (pipe, output) in zip(pipes, outputs) {
            let reading = Task.detached {
                var count = 0
                while count < 500_000, case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
                    count += data.count
                }
                return count
            }
            await output.flush()
            #expect(await reading.value == 500_000)
            #expect(output.droppedLines == 0)
        }
    }

    @Test("a log to a pipe that does not wait loses nothing")
    func nonBlocking() async throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        let output = LogOutput(descriptor: descriptor)
        for _ in 0..<5 { output.write(String(repeating: "x", count: 99_999) + "\n") }
        let reading = Task.detached {
            var count = 0
            while count < 500_000, case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
                count += data.count
            }
            return count
        }
        await output.flush()
        #expect(await reading.value == 500_000)
    }
}
