import CLibrary
import Martlet
import Testing

/// Runs `body` with a file without a name.
func withFile(_ content: [UInt8], _ body: (OpenFile) async throws -> Void) async throws {
    let path = "/tmp/martlet-\(UInt64.random(in: .min ... .max))"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    unlink(path)
    let file = OpenFile(takingOwnershipOf: descriptor)
    #expect(content.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == content.count)
    try await body(file)
}
