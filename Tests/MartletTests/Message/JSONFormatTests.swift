import HTTPTypes
import NIOCore
import Testing

@testable import Martlet

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite("The form of JSON")
struct JSONFormatTests {
    private struct Task: Codable, Equatable {
        var dueDate: Date
        var pageURL: String?
    }

    private static let task = Task(dueDate: Date(timeIntervalSince1970: 1_500.25), pageURL: "/a")

    @Test("is that of the format, both ways")
    func forms() throws {
        for (format, text) in [
            (JSONFormat.standard, #"{"dueDate":"1970-01-01T00:25:00.250Z","pageURL":"/a"}"#),
            (JSONFormat(dates: .secondsSince1970), #"{"dueDate":1500.25,"pageURL":"/a"}"#),
            (
                JSONFormat(dates: .millisecondsSince1970, keys: .snakeCase, isIndented: true),
                "{\n  \"due_date\" : 1500250,\n  \"page_url\" : \"/a\"\n}"
            ),
        ] {
            #expect(String(buffer: try format.encode(Self.task)) == text)
        }
        let snake = JSONFormat(keys: .snakeCase)
        let decoded = try snake.decode(Task.self, from: ByteBuffer(string: #"{"due_date":"1970-01-01T00:00:01Z"}"#))
        #expect(decoded == Task(dueDate: Date(timeIntervalSince1970: 1)))
        let floats = JSONFormat { encoder, _ in
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "inf",
                negativeInfinity: "-inf",
                nan: "nan"
            )
        }
        #expect(String(buffer: try floats.encode([Double.infinity])) == "[\"inf\"]")
    }

    @Test("names members as the encoder does")
    func names() throws {
        let format = JSONFormat(keys: .snakeCase)
        for name in ["a", "dueDate", "pageURL", "URLOfPage", "myHTTPServer", "a1B", "_own", "due_date", "x", "Name"] {
            let encoded = String(buffer: try format.encode(Named(name: name)))
            #expect(encoded == "{\"\(format.keys.name(of: name))\":1}")
            #expect(JSONFormat.Keys.asDeclared.name(of: name) == name)
        }
    }

    private struct Named: Encodable, CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Named.self)
            try container.encode(1, forKey: self)
        }
    }

    @Test("is that of the server")
    func server() async throws {
        let configuration = HTTPServer.Configuration.bare.with { $0.json = JSONFormat(keys: .snakeCase) }
        try await withServer(configuration) { request in
            try await request.response.end(json: try await request.json(Task.self))
        } test: { server in
            let content = #"{"due_date":"2026-11-30T13:25:33+01:00"}"#
            let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(content.utf8.count)\r\n\r\n"
            let response = try await server.response(to: head + content)
            #expect(response.text == #"{"due_date":"2026-11-30T12:25:33Z"}"#)
        }
    }

    @Test("has times of RFC 3339")
    func times() {
        let times: [(String, Double?)] = [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01t00:00:01z", 1), ("1970-01-01T00:00:00.5Z", 0.5),
            ("1996-12-19T16:39:57-08:00", 851_042_397), ("1937-01-01T12:00:27.87+00:20", -1_041_337_172.13),
            ("1990-12-31T23:59:60Z", 662_688_000), ("0001-01-01T00:00:00Z", -62_135_596_800),
            ("9999-12-31T23:59:59Z", 253_402_300_799), ("2024-02-29T00:00:00Z", 1_709_164_800),
            ("2023-02-29T00:00:00Z", nil), ("1970-01-01", nil), ("1970-01-01T00:00:00", nil),
            ("1970-1-01T00:00:00Z", nil),
            ("1970-01-01T24:00:00Z", nil), ("1970-01-01T00:00:00.Z", nil), ("1970-01-01T00:00:00+1:00", nil),
            ("1970-01-01T00:00:00+24:00", nil), ("1970-01-01T00:00:00+00:60", nil), ("1970-01-01T00:00:00Z ", nil),
            (" 1970-01-01T00:00:00Z", nil), ("+1970-01-01T00:00:00Z", nil), ("", nil),
            ("\u{0661}970-01-01T00:00:00Z", nil),
        ]
        for (text, seconds) in times {
            let read = TimestampText.seconds(text)
            #expect((read == nil) == (seconds == nil), "\(text)")
            if let read, let seconds { #expect(abs(read - seconds) < 0.001, "\(text)") }
        }
        #expect(TimestampText.seconds("1970-01-02", allowsDate: true) == 86_400)
        #expect(TimestampText.seconds("1970-01-32", allowsDate: true) == nil)
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"), (-0.5, "1969-12-31T23:59:59.500Z"), (1.0004, "1970-01-01T00:00:01Z"),
            (1.9996, "1970-01-01T00:00:02Z"), (.nan, "1970-01-01T00:00:00Z"), (.infinity, "9999-12-31T23:59:59Z"),
            (-.infinity, "0001-01-01T00:00:00Z"), (851_042_397.007, "1996-12-20T00:39:57.007Z"),
        ] as [(Double, String)] {
            #expect(TimestampText.text(for: seconds) == text)
        }
    }
}
