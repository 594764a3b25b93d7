import Foundation
import TestProcesses
import Testing

/// A short run of `script/restart-test`.
@Suite("A server that is replaced under load loses no request", .serialized, .timeLimit(.minutes(5)))
struct RestartTests {
    @Test(arguments: ["inherited-h1", "shared-h1", "inherited-h2", "shared-h2"])
    func restarts(way: String) async throws {
        var root = URL(filePath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let process = try Subprocess(
            root.appending(path: "script/restart-test").path,
            [
                "--program", builtExecutable("ServingProbe"), "--restarts", "3", "--seconds", "3", "--requests", "2000",
                "--only", way,
            ],
            environment: ["PYTHONDONTWRITEBYTECODE": "1"]
        )
        let status = await process.exitStatus
        let (output, errors) = (await process.output.text, await process.errors.text)
        #expect(status == 0, "\(output)\(errors)")
        #expect(output.hasPrefix("\(way): 3 restarts, "))
        #expect(output.contains(" 0 failed, 0 servers did not end: ok"))
    }
}
