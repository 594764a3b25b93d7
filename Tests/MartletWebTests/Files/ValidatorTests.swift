import Foundation
import HTTPTypes
import HTTPWire
import Martlet
import Testing

@testable import MartletWeb

@Suite("Validators of files")
struct ValidatorTests {
    /// Files in memory, and files that are sent from their place.
    private static let places = [16_384, 0]

    private func withSite(
        _ cachedBytes: Int,
        _ transport: Transport = .http1,
        _ change: (inout VirtualDirectory.Configuration) -> Void = { _ in },
        test: (TemporaryDirectory, HTTPServer, HTTPClient) async throws -> Void
    ) async throws {
        let site = try TemporaryDirectory()
        var configuration = VirtualDirectory.Configuration()
        configuration.maximumCachedFileBytes = cachedBytes
        configuration.settlingSeconds = 0
        change(&configuration)
        let files = VirtualDirectory(site.root, configuration: configuration)
        try await withServer(over: transport, .bare, files.handle) { try await test(site, $0, $1) }
    }

    @Test(
        "F6: a file rewritten in place with the same size and time is another version",
        arguments: places,
        Transport.allCases
    )
    func rewritten(cachedBytes: Int, transport: Transport) async throws {
        try await withSite(cachedBytes, transport) { site, server, client in
            try site.write(String(repeating: "a", count: 1000), to: "root/a.txt")
            let url = server.url + "a.txt"
            let first = try await client.get(url)
            let tag = try #require(first.headers[.eTag])
            #expect(!tag.hasPrefix("W/"))
            _ = try await first.text()
            try site.write(String(repeating: "b", count: 1000), to: "root/a.txt")
            for fields: HTTPFields in [
                [.ifNoneMatch: tag], [.range: "bytes=500-", .ifRange: tag],
                [.ifNoneMatch: "\"x\", \(tag)", .acceptEncoding: "identity"],
            ] {
                let response = try await client.get(url, headers: fields)
                #expect(response.status == .ok)
                #expect(response.headers[.eTag] != tag)
                #expect(try await response.text() == String(repeating: "b", count: 1000))
            }
            #expect(try await client.get(url, headers: [.ifMatch: tag]).status == .preconditionFailed)
        }
    }

    @Test("F6: so is its gzip form", arguments: places)
    func rewrittenCoded(cachedBytes: Int) async throws {
        try await withSite(cachedBytes) { site, server, _ in
            try site.write(String(repeating: "a", count: 1000), to: "root/a.txt")
            let first = try await server.response(to: get("/a.txt", "Accept-Encoding: gzip"))
            let tag = try #require(first["etag"])
            try site.write(String(repeating: "b", count: 1000), to: "root/a.txt")
            let next = try await server.response(to: get("/a.txt", "Accept-Encoding: gzip", "If-None-Match: \(tag)"))
            #expect(next.status == 200)
            #expect(next["etag"] != tag)
            #expect(next.content != first.content)
        }
    }

    @Test("F6: copies of a file on several machines have the same tag where it is made of the content, or shared")
    func copies() async throws {
        for (cachedBytes, policy, isSame) in [
            (16_384, VirtualDirectory.EntityTagPolicy.exact, true), (0, .exact, false), (0, .shared, true),
        ] {
            var tags: Set<String?> = []
            for _ in 0..<2 {
                try await withSite(cachedBytes) {
                    $0.entityTags = policy
                } test: { site, server, _ in
                    try site.write("a", to: "root/a.txt")
                    let tag = try await server.response(to: get("/a.txt"))["etag"]
                    #expect(tag?.hasPrefix("W/") == (policy == .shared))
                    tags.insert(tag)
                    // A weak tag validates too, but names no bytes.
                    let same = try await server.response(to: get("/a.txt", "If-None-Match: \(tag ?? "")"))
                    #expect(same.status == 304)
                    let part = try await server.response(
                        to: get("/a.txt", "Range: bytes=0-0", "If-Range: \(tag ?? "")")
                    )
                    #expect(part.status == (policy == .shared ? 200 : 206))
                }
            }
            #expect((tags.count == 1) == isSame)
        }
    }

    @Test("F3: a time that is yet to come is not told, and the tag becomes strong", arguments: Transport.allCases)
    func future(transport: Transport) async throws {
        for ahead in [2, 3600, 31_536_000, 1 << 33] {
            try await withSite(0, transport) { site, server, client in
                let now = FileMetadata.Moment.now.seconds
                try site.write("a", to: "root/a.txt", modified: now + ahead)
                let response = try await client.get(server.url + "a.txt")
                let modified = try #require(response.headers.lastModified)
                #expect(modified.secondsSince1970 >= Int64(now) - 60)
                #expect(modified.secondsSince1970 <= Int64(FileMetadata.Moment.now.seconds))
                #expect(response.headers[.eTag]?.hasPrefix("W/") == false)
                // It is the same the next time, and validates.
                let same = try await client.get(server.url + "a.txt", headers: [.ifModifiedSince: "\(modified)"])
                #expect(same.status == .notModified)
                let old = HTTPDate(secondsSince1970: modified.secondsSince1970 - 1)
                let changed = try await client.get(server.url + "a.txt", headers: [.ifModifiedSince: "\(old)"])
                #expect(changed.status == .ok)
                #expect(
                    try await client.get(server.url + "a.txt", headers: [.ifUnmodifiedSince: "\(modified)"]).status
                        == .ok
                )
            }
        }
    }

    @Test("F3: times before 1970 are told, as far as the file system has them")
    func past() async throws {
        for (seconds, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (-86_400 * 365, "Wed, 01 Jan 1969 00:00:00 GMT"),
        ] {
            try await withSite(16_384) { site, server, _ in
                try site.write("a", to: "root/a.txt", modified: seconds)
                #expect(try await server.response(to: get("/a.txt"))["last-modified"] == text)
                #expect(try await server.response(to: get("/a.txt", "If-Modified-Since: \(text)")).status == 304)
            }
        }
    }

    @Test("F3: If-Modified-Since in the future is a date like others (RFC 9110 section 13.1.3)")
    func futureCondition() async throws {
        try await withSite(16_384) { site, server, _ in
            try site.write("a", to: "root/a.txt")
            let soon = HTTPDate(secondsSince1970: Int64(FileMetadata.Moment.now.seconds + 3600))
            #expect(try await server.response(to: get("/a.txt", "If-Modified-Since: \(soon)")).status == 304)
        }
    }

    @Test("F3: the list of a directory tells the same time")
    func listing() async throws {
        try await withSite(16_384) {
            $0.listsDirectories = true
        } test: { site, server, _ in
            let year = FileMetadata.Moment.now.seconds + 31_536_000 * 2
            try site.write("a", to: "root/a.txt", modified: year)
            let modified = try await server.response(to: get("/a.txt"))["last-modified"].flatMap { HTTPDate($0) }
            let components = try #require(modified).components
            let text = try await server.response(to: get("/", "Accept: application/json")).text
            #expect(text.contains("\"modified\":\"\(components.year)-"))
        }
    }

    @Test(
        "F3, F6: the metadata of a file as values",
        arguments: [
            // modified, changed, now: told, fresh
            (100, 200, 1000, 100, false), (5000, 200, 1000, 200, false), (5000, 999, 1000, 999, true),
            (5000, 2000, 1000, 1000, false), (100, 1001, 1000, 100, true), (-100, 200, 1000, -100, false),
            (1000, 1000, 1000, 1000, true),
        ]
    )
    func metadata(modified: Int, changed: Int, now: Int, told: Int, isFresh: Bool) {
        var info = stat()
        info.st_mode = S_IFREG
        #if canImport(Darwin)
            info.st_mtimespec.tv_sec = modified
            info.st_ctimespec.tv_sec = changed
        #else
            info.st_mtim.tv_sec = modified
            info.st_ctim.tv_sec = changed
        #endif
        let (metadata, moment) = (FileMetadata(info), FileMetadata.Moment(seconds: now, nanoseconds: 0))
        #expect(metadata.lastModified(now: moment).secondsSince1970 == Int64(told))
        #expect(metadata.isFresh(now: moment, settlingSeconds: 2) == isFresh)
        #expect(!metadata.isFresh(now: moment, settlingSeconds: 0))
    }
}
