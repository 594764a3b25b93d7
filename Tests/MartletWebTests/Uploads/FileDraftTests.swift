import Foundation
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

@Suite("A file that has no name until it is complete")
struct FileDraftTests {
    @Test("appears when it is published, and vanishes otherwise", arguments: [FileDraft.Form.unnamed, .named])
    func life(form: FileDraft.Form) throws {
        let directory = try TemporaryDirectory([])
        for publishes in [false, true] {
            let draft = try FileDraft(in: directory.path, permissions: 0o644, form: form)
            try draft.append(ByteBuffer(string: "hello, "))
            try draft.append(ByteBuffer(string: "world"))
            #expect(String(buffer: try draft.read(at: 7, count: 100)) == "world")
            #expect(try draft.read(at: 12, count: 100).readableBytes == 0)
            #expect(directory.names.allSatisfy { $0.hasPrefix(".") })
            #if os(Linux)
                #expect(directory.names.count == (form == .named ? 1 : 0))
            #endif
            if publishes { try draft.publish(as: "a") }
        }
        #expect(directory.names == ["a"])
        #expect(directory.contents(of: "a") == "hello, world")
    }

    @Test("may be used as it is told, and not by more", arguments: [FileDraft.Form.unnamed, .named])
    func permissions(form: FileDraft.Form) throws {
        let directory = try TemporaryDirectory([])
        for (name, permissions) in [("private", mode_t(0o600)), ("readable", 0o644)] {
            try FileDraft(in: directory.path, permissions: permissions, form: form).publish(as: name)
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory.path)/\(name)")
            #expect((attributes[.posixPermissions] as? NSNumber)?.uint32Value == UInt32(permissions))
        }
    }

    @Test("replaces a file only when told to", arguments: [FileDraft.Form.unnamed, .named])
    func replacing(form: FileDraft.Form) throws {
        let directory = try TemporaryDirectory([])
        try directory.write("old", to: "a")
        let draft = try FileDraft(in: directory.path, permissions: 0o644, form: form)
        try draft.append(ByteBuffer(string: "new"))
        #expect {
            try draft.publish(as: "a")
        } throws: {
            ($0 as? FileError)?.code == 17
        }
        #expect(directory.contents(of: "a") == "old")
        try draft.publish(as: "b")
        let other = try FileDraft(in: directory.path, permissions: 0o644, form: form)
        try other.append(ByteBuffer(string: "newer"))
        try other.publish(as: "a", replacing: true)
        #expect(directory.names == ["a", "b"])
        #expect(directory.contents(of: "a") == "newer")
    }

    @Test("needs a directory")
    func noDirectory() throws {
        let directory = try TemporaryDirectory([])
        try directory.write("", to: "file")
        for path in ["\(directory.path)/none", "\(directory.path)/file"] {
            #expect(throws: FileError.self) { try FileDraft(in: path, permissions: 0o644) }
        }
    }

    @Test(
        "paths are a directory and a name",
        arguments: [("a", ".", "a"), ("/a", "/", "a"), ("b/a", "b", "a"), ("/b/c/a", "/b/c", "a")]
    )
    func places(path: String, directory: String, name: String) {
        #expect(FilePlace(path).directory == directory)
        #expect(FilePlace(path).name == name)
    }
}
