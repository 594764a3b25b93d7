import Foundation
import Testing

@Suite("HTTPWire and Martlet do without Foundation")
struct LinkageTests {
    @Test("in their sources, except where FoundationEssentials is missing")
    func sources() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        var count = 0
        for module in ["HTTPWire", "Martlet"] {
            let files = FileManager.default.enumerator(
                at: root.appending(path: module),
                includingPropertiesForKeys: nil
            )
            for case let file as URL in try #require(files) where file.pathExtension == "swift" {
                count += 1
                let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                    .map { $0.trimmingCharacters(in: .whitespaces) }
                for (index, line) in lines.enumerated() where line.hasSuffix("import Foundation") {
                    #expect(index > 0 && lines[index - 1] == "#else", "\(file.lastPathComponent)")
                }
            }
        }
        #expect(count > 100)
    }

    #if os(Linux)
        @Test("in a program that is linked with them")
        func program() throws {
            let here = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            let program = try Data(contentsOf: here.deletingLastPathComponent().appending(path: "LinkageProbe"))
            #expect(program.range(of: Data("libc.so".utf8)) != nil, "the names of libraries can be found at all")
            // The names of the libraries that a program needs stand in it as they are.
            for library in ["libFoundation.so", "libFoundationInternationalization.so", "libFoundationNetworking.so"] {
                #expect(program.range(of: Data(library.utf8)) == nil, "\(library)")
            }
        }
    #endif
}
