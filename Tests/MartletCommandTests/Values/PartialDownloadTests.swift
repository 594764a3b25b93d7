import HTTPTypes
import Testing

@testable import MartletCommand

@Suite("The rest of a download")
struct PartialDownloadTests {
    private let part = PartialDownload(url: "http://a/b", validator: "\"1\"", count: 5)

    @Test("Content-Range")
    func contentRange() {
        #expect(ContentRange("bytes 5-9/10")?.bytes == 5...9)
        #expect(ContentRange("Bytes 0-0/1")?.total == 1)
        #expect(ContentRange("bytes 5-9/*")?.total == .some(nil))
        let wrong = [
            "", "bytes", "bytes */10", "bytes 9-5/10", "bytes 5-9/9", "bytes 5-9", "items 5-9/10", "bytes -5-9/10",
            "bytes 5-+9/10", "bytes 5-9/10/11", "bytes 5-99999999999999999999/*", "bytes 5-9/1 0",
        ]
        for text in wrong { #expect(ContentRange(text) == nil, "\(text)") }
    }

    @Test("The rest is asked for on the condition that it is of the same")
    func request() {
        #expect(part.fields == [.range: "bytes=5-", .ifRange: "\"1\""])
    }

    @Test("Only what fits is taken for the rest")
    func fits() {
        let good: HTTPFields = [.contentRange: "bytes 5-9/10", .eTag: "\"1\""]
        #expect(part.isContinued(by: .partialContent, good))
        #expect(part.isContinued(by: .partialContent, [.contentRange: "bytes 5-9/10"]))
        #expect(!part.isContinued(by: .ok, good))
        #expect(!part.isContinued(by: .partialContent, [.contentRange: "bytes 5-9/10", .eTag: "\"2\""]))
        #expect(!part.isContinued(by: .partialContent, [.contentRange: "bytes 4-9/10", .eTag: "\"1\""]))
        #expect(!part.isContinued(by: .partialContent, [.contentRange: "bytes 5-8/10", .eTag: "\"1\""]))
        #expect(!part.isContinued(by: .partialContent, [.contentRange: "bytes 5-9/*", .eTag: "\"1\""]))
        #expect(!part.isContinued(by: .partialContent, [.eTag: "\"1\""]))
    }

    @Test("Only a strong validator will do (RFC 9110 section 8.8.1)")
    func validators() {
        let dated: HTTPFields = [
            .lastModified: "Sun, 06 Nov 1994 08:49:37 GMT", .date: "Sun, 06 Nov 1994 08:50:37 GMT",
        ]
        #expect(PartialDownload.validator(in: [.eTag: "\"1\""]) == "\"1\"")
        #expect(PartialDownload.validator(in: dated) == "Sun, 06 Nov 1994 08:49:37 GMT")
        var weak = dated
        weak[.eTag] = "W/\"1\""
        #expect(PartialDownload.validator(in: weak) == nil)
        var young = dated
        young[.date] = "Sun, 06 Nov 1994 08:50:36 GMT"
        #expect(PartialDownload.validator(in: young) == nil)
        #expect(PartialDownload.validator(in: [.lastModified: "Sun, 06 Nov 1994 08:49:37 GMT"]) == nil)
        #expect(PartialDownload.validator(in: [:]) == nil)
    }
}
