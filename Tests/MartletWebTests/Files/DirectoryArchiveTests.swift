import Foundation
import HTTPTypes
import Martlet
import NIOCore
import TestProcesses
import Testing

@testable import MartletWeb

@Suite("Directories as archives", .timeLimit(.minutes(5)))
struct DirectoryArchiveTests {
    private func site() throws -> TemporaryDirectory {
        let site = try TemporaryDirectory()
        try site.makeDirectory("root/birds")
        try site.makeDirectory("root/birds/empty")
        try site.makeDirectory("root/birds/swifts")
        try site.write("Apus apus", to: "root/birds/swifts/common.txt")
        try site.write("index", to: "root/birds/swifts/index.html")
        try site.write("x", to: "root/birds/a\\b<c>.txt")
        try site.write("secret", to: "root/birds/.hidden")
        try site.write("secret", to: "outside/secret")
        try site.link("root/birds/escape", to: "../../outside")
        try site.link("root/birds/escape.txt", to: "../../outside/secret")
        try site.link("root/birds/circle", to: "../birds")
        try site.link("root/birds/common", to: "swifts/common.txt")
        try site.makePipe("root/birds/pipe")
        return site
    }

    private func names(_ archive: ByteBuffer) async throws -> [String] {
        try await ZipWriterTests.list(archive).split(separator: "\n").dropFirst().map { line in
            line.split(separator: " ").dropLast(9).joined(separator: " ")
        }.sorted()
    }

    @Test("have what the list shows, and below; no links to directories, and nothing from outside")
    func content() async throws {
        try await withFiles(try site()) {
            ($0.listsDirectories, $0.sendsArchives) = (true, true)
        } test: { server in
            let client = HTTPClient()
            let page = try await client.get("\(server.url)birds/").text()
            #expect(page.contains("<a href=\"?zip\" download>Download as zip</a>"))
            let response = try await client.get("\(server.url)birds/?zip")
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "application/zip")
            #expect(response.headers[.contentDisposition] == "attachment; filename=\"birds.zip\"")
            let archive = try await response.collect(upTo: 1_000_000)
            #expect(
                try await names(archive) == [
                    "birds/a_b<c>.txt", "birds/common", "birds/empty/", "birds/swifts/", "birds/swifts/common.txt",
                    "birds/swifts/index.html",
                ]
            )
            let root = try await client.get("\(server.url)?zip")
            #expect(root.headers[.contentDisposition] == "attachment; filename=\"files.zip\"")
            #expect(try await names(root.collect(upTo: 1_000_000)).contains("files/birds/swifts/common.txt"))
            let head = try await client.head("\(server.url)birds/?zip")
            #expect(head.headers[.contentType] == "application/zip")
            // A page of its own comes before the list, and so before the archive.
            #expect(try await client.get("\(server.url)birds/swifts/?zip").text() == "index")
            #expect(try await client.get("\(server.url)none/?zip").status == .notFound)
            await client.close(force: true)
        }
    }

    @Test("are there only where they are asked for, and where there are lists", arguments: [false, true])
    func off(lists: Bool) async throws {
        try await withFiles(try site()) {
            ($0.listsDirectories, $0.sendsArchives) = (lists, !lists)
        } test: { server in
            let client = HTTPClient()
            let response = try await client.get("\(server.url)birds/?zip")
            if lists {
                let page = try await response.text()
                #expect(page.contains("Index of") && !page.contains("?zip"))
            } else {
                #expect(response.status == .notFound)
            }
            await client.close(force: true)
        }
    }

    @Test("are read no faster than they are taken")
    func backPressure() async throws {
        let site = try TemporaryDirectory()
        // Noise, which does not become smaller: more than the sockets hold.
        let noise = (0..<4_194_304).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }
        for number in 0..<16 { try site.write(noise, to: Array("root/\(number).jpg".utf8)) }
        var configuration = VirtualDirectory.Configuration()
        configuration.listsDirectories = true
        let files = VirtualDirectory(site.root, configuration: configuration)
        let directory = VirtualDirectory.Directory(
            path: .init(),
            metadata: try #require(FileMetadata(at: site.root, followsLink: true)),
            files: files
        )
        let archive = DirectoryArchive(directory)
        var (count, largest) = (0, 0)
        while let piece = try archive.next() {
            largest = max(largest, piece.readableBytes)
            count += piece.readableBytes
        }
        #expect(count > 16 * noise.count)
        #expect(largest < 300_000)
    }

    @Test("A client that has gone ends the work, and gives its place back")
    func gone() async throws {
        let site = try TemporaryDirectory()
        try site.makeHole(8_589_934_592, at: "root/large.jpg")
        var configuration = VirtualDirectory.Configuration()
        (configuration.listsDirectories, configuration.sendsArchives) = (true, true)
        let files = VirtualDirectory(site.root, configuration: configuration)
        try await withServer(.bare, files.handle) { server in
            for _ in 0..<VirtualDirectory.maximumArchives + 1 {
                let client = HTTPClient()
                let response = try await client.get("\(server.url)?zip")
                #expect(response.status == .ok)
                await client.close(force: true)
                while files.archives.isUsed { await Task.yield() }
            }
        }
    }
}
