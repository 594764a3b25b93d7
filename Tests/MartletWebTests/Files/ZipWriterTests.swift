import Foundation
import HTTPWire
import NIOCore
import TestProcesses
import Testing

@testable import MartletWeb

@Suite("Zip archives", .timeLimit(.minutes(5)))
struct ZipWriterTests {
    private static let date = HTTPDate(secondsSince1970: 1_000_000_000)

    /// Writes an archive of files, each in several pieces.
    static func archive(
        _ files: [(name: String, content: [UInt8], compresses: Bool)],
        limits: ZipLimits = ZipLimits()
    ) throws -> ByteBuffer {
        var (writer, output) = (ZipWriter(limits: limits), ByteBuffer())
        for file in files {
            let entry = ZipWriter.Entry(
                name: Array(file.name.utf8),
                lastModified: date,
                maximumBytes: file.content.count,
                compresses: file.compresses
            )
            try writer.begin(entry, into: &output)
            for start in stride(from: 0, to: file.content.count, by: 1000) {
                try writer.append(ByteBuffer(bytes: file.content[start...].prefix(1000)), into: &output)
            }
        }
        try writer.finish(into: &output)
        return output
    }

    /// Python's view of an archive: what is damaged, and a line for each entry.
    static func list(_ archive: ByteBuffer) async throws -> String {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "a.zip")
            try Data(archive.readableBytesView).write(to: file)
            let script = """
                import hashlib, sys, zipfile
                archive = zipfile.ZipFile(sys.argv[1])
                print(archive.testzip())
                for item in archive.infolist():
                    digest = hashlib.sha256(archive.read(item)).hexdigest()[:16]
                    print(item.filename, item.file_size, digest, item.date_time, oct(item.external_attr >> 16))
                """
            let process = try Subprocess("python3", ["-c", script, file.path])
            let (output, errors) = (await process.output.text, await process.errors.text)
            #expect(await process.exitStatus == 0, "\(errors)")
            let check = try Subprocess("unzip", ["-tq", file.path])
            let report = await check.output.text
            #expect(await check.exitStatus == 0, "\(report)")
            return output
        }
    }

    @Test("An archive of an empty directory, byte by byte")
    func emptyDirectory() throws {
        var (writer, output) = (ZipWriter(), ByteBuffer())
        let entry = ZipWriter.Entry(name: Array("ab".utf8), isDirectory: true, lastModified: Self.date)
        try writer.begin(entry, into: &output)
        try writer.finish(into: &output)
        let extra = "55540500" + "01" + "00ca9a3b"
        let local =
            "504b0304" + "1400" + "0008" + "0000" + "d40d" + "292b" + String(repeating: "0", count: 24)
            + "0300" + "0900" + "61622f" + extra
        let record =
            "504b0102" + "2d03" + "1400" + "0008" + "0000" + "d40d" + "292b"
            + String(repeating: "0", count: 24) + "0300" + "0900" + "0000" + "0000" + "0000" + "1000ed41" + "00000000"
            + "61622f" + extra
        let end = "504b0506" + "0000" + "0000" + "0100" + "0100" + "3a000000" + "2a000000" + "0000"
        let hexadecimal = output.readableBytesView.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hexadecimal == local + record + end)
    }

    @Test("Other programs read contents of all kinds, names and times")
    func contents() async throws {
        let noise = (0..<100_000).map { _ in UInt8.random(in: .min ... .max) }
        let text = Array(String(repeating: "Han Solo. ", count: 30_000).utf8)
        let output = try Self.archive([
            ("a/empty", [], true), ("a/ünï 日本.txt", text, true), ("a/noise.bin", noise, false), ("b", [1], true),
        ])
        let lines = try await Self.list(output).split(separator: "\n")
        #expect(lines.first == "None")
        let time = "(2001, 9, 9, 1, 46, 40) 0o100644"
        #expect(lines[1] == "a/empty 0 e3b0c44298fc1c14 \(time)")
        #expect(lines[2].hasPrefix("a/ünï 日本.txt 300000 "))
        #expect(lines[3].hasPrefix("a/noise.bin 100000 ") && lines[3].hasSuffix(time))
        #expect(lines[4] == "b 1 4bf5122f344554c5 \(time)")
        #expect(output.readableBytes < 105_000)
    }

    @Test("The fields of zip64 are there where others are too small", arguments: [0, 40, 200, 5_000] as [UInt64])
    func large(field: UInt64) async throws {
        let noise = (0..<3_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let output = try Self.archive(
            (0..<5).map { ("file \($0)", noise, $0 % 2 == 0) },
            limits: ZipLimits(field: field, count: 2)
        )
        let lines = try await Self.list(output).split(separator: "\n")
        #expect(lines.first == "None")
        #expect(lines.count == 6)
        #expect(lines.dropFirst().allSatisfy { $0.contains(" 3000 ") })
    }

    @Test("More entries than 16 bits can count")
    func manyEntries() async throws {
        let output = try Self.archive((0..<70_000).map { ("\($0)", [], false) })
        let lines = try await Self.list(output).split(separator: "\n")
        #expect(lines.count == 70_001)
        #expect(lines[70_000].hasPrefix("69999 0 "))
    }

    @Test("The records at the end have a limit")
    func limit() throws {
        #expect(throws: ZipWriter.Failure.tooManyEntries) {
            try Self.archive((0..<100).map { ("\($0)", [], false) }, limits: ZipLimits(recordBytes: 1_000))
        }
    }
}
