import Foundation
import Martlet
import MartletWeb
import Testing

/// A directory for one test, gone with everything in it when the test is over.
final class TemporaryDirectory: Sendable {
    let path: String

    /// A directory with others in it: `root`, which is served, and `outside`, which is not, unless told otherwise.
    init(_ directories: [String] = ["root", "outside"]) throws {
        path = "/tmp/martlet-\(UInt64.random(in: .min ... .max))"
        try Self.check(mkdir(path, 0o700))
        for directory in directories { try makeDirectory(directory) }
    }

    deinit { Self.remove(path) }

    var root: String { path + "/root" }

    /// The names in the directory, hidden ones too, in order.
    var names: [String] { Self.names(in: path).map { String(decoding: $0, as: UTF8.self) }.sorted() }

    /// The text of a file; nil if there is none.
    func contents(of name: String) -> String? {
        FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    func makeDirectory(_ name: String) throws { try Self.check(mkdir("\(path)/\(name)", 0o755)) }

    /// Writes a file that was last modified long ago, unless told otherwise.
    func write(_ content: String, to name: String, modified: Int = 1_000_000_000) throws {
        try write(Array(content.utf8), to: Array(name.utf8), modified: modified)
    }

    func write(_ content: [UInt8], to name: [UInt8], modified: Int = 1_000_000_000) throws {
        let name = (Array("\(path)/".utf8) + name + [0]).map { CChar(bitPattern: $0) }
        let descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        try Self.check(descriptor)
        defer { close(descriptor) }
        var rest = content[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            try Self.check(CInt(truncatingIfNeeded: min(count, 1)))
            rest = rest.dropFirst(count)
        }
        let time = timespec(tv_sec: modified, tv_nsec: 123_456_789)
        try Self.check(futimens(descriptor, [time, time]))
    }

    /// A file with nothing in it but its length.
    func makeHole(_ length: Int, at name: String) throws {
        try write("", to: name)
        try Self.check(truncate("\(path)/\(name)", off_t(length)))
        let time = timespec(tv_sec: 1_000_000_000, tv_nsec: 0)
        try Self.check(utimensat(AT_FDCWD, "\(path)/\(name)", [time, time], 0))
    }

    func link(_ name: String, to target: String) throws { try Self.check(symlink(target, "\(path)/\(name)")) }

    func makePipe(_ name: String) throws { try Self.check(mkfifo("\(path)/\(name)", 0o644)) }

    func remove(_ name: String) { unlink("\(path)/\(name)") }

    func replace(_ name: String, with other: String) throws {
        try Self.check(rename("\(path)/\(other)", "\(path)/\(name)"))
    }

    private static func check(_ result: CInt) throws {
        if result < 0 { throw FileError(operation: "prepare", path: "a temporary file", code: errno) }
    }

    private static func remove(_ path: String) {
        for name in names(in: path) {
            let child = Array(path.utf8) + [0x2F] + name + [0]
            let childPath = child.map { CChar(bitPattern: $0) }
            if unlink(childPath) != 0 { remove(String(decoding: child.dropLast(), as: UTF8.self)) }
        }
        rmdir(path)
    }

    /// The names in a directory, which need not be UTF-8.
    private static func names(in path: String) -> [[UInt8]] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [[UInt8]] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
        return names
    }
}

/// Serves the directory's root.
func withFiles(
    _ directory: TemporaryDirectory,
    pathPrefix: String = "",
    _ change: (inout VirtualDirectory.Configuration) -> Void = { _ in },
    test: (HTTPServer) async throws -> Void
) async throws {
    var configuration = VirtualDirectory.Configuration()
    change(&configuration)
    let files = VirtualDirectory(directory.root, pathPrefix: pathPrefix, configuration: configuration)
    try await withServer(.bare, files.handle, test: test)
}

/// The system's `write`, which a method hides.
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
