import Foundation
import HTTPTypes
import HTTPWire
import Martlet
import TestProcesses
import Testing

/// What is printed, saved and said of a response.
@Suite("martlet: output", .serialized, .timeLimit(.minutes(5)))
struct OutputTests {
    @Test("In a pipe the bytes are as they came")
    func pipe() async throws {
        try await withServer { url in
            #expect(try await martlet("get", "\(url)/json").text == sampleJSON)
            #expect(try await martlet("get", "\(url)/binary").output == Data([0x89, 0x50, 0x4E, 0x47, 0, 1, 2, 3]))
            #expect(try await martlet("get", "\(url)/hostile").output == Data("a\u{1B}[31mb\u{9B}2Jc\r\nd".utf8))
            #expect(try await martlet("get", "\(url)/json", "--pretty", "always").text == sampleLayout)
            let colours = try await martlet("get", "\(url)/json", "--color", "always")
            #expect(colours.text.hasPrefix("{\u{1B}[1;34m\"b\"\u{1B}[0m:\u{1B}[36m1.50\u{1B}[0m,"))
            let head = try await martlet("get", "\(url)/json", "--include")
            let fields = "Content-Type: application/json\r\nContent-Length: 35\r\n"
            #expect(head.text == "HTTP/1.1 200 OK\r\n\(fields)\r\n\(sampleJSON)")
        }
    }

    @Test("On a terminal JSON is laid out, in colours unless they are unwanted")
    func terminal() async throws {
        try await withServer { url in
            let coloured = try await martlet("get", "\(url)/json", "-i", terminals: [1])
            let start = """
                \u{1B}[1;32mHTTP/1.1 200 OK\u{1B}[0m
                \u{1B}[36mContent-Type\u{1B}[0m: application/json
                \u{1B}[36mContent-Length\u{1B}[0m: 35

                {
                  \u{1B}[1;34m"b"\u{1B}[0m: \u{1B}[36m1.50\u{1B}[0m,

                """
            #expect(coloured.text.hasPrefix(start))
            for environment in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
                let plain = try await martlet("get", "\(url)/json", environment: environment, terminals: [1])
                #expect(plain.text == sampleLayout)
            }
            let never = try await martlet("get", "\(url)/json", "--color=never", "--pretty=never", terminals: [1])
            #expect(never.text == sampleJSON + "\n")
            let raw = try await martlet("get", "\(url)/json", "--output", "-", terminals: [1])
            #expect(raw.text == sampleJSON)
        }
    }

    @Test("Nothing that a server sends steers the terminal")
    func hostile() async throws {
        try await withServer { url in
            let text = try await martlet("get", "\(url)/hostile", terminals: [1])
            #expect(text.text == "a␛[31mb\u{FFFD}2Jc\r\nd\n")
            let binary = try await martlet("get", "\(url)/binary", terminals: [1])
            #expect(binary.status == 23)
            #expect(binary.output.isEmpty)
            #expect(
                binary.errors == "martlet: The content is binary and would disturb the terminal. Save it with "
                    + "--output FILE, or use --output - to print it anyway.\n"
            )
            let forced = try await martlet("get", "\(url)/binary", "-o", "-", terminals: [1])
            #expect(forced.output.count == 8)
        }
    }

    @Test("Files appear when they are complete")
    func files() async throws {
        try await withServer { url in
            try await withTemporaryDirectory { directory in
                func content(_ name: String) throws -> String {
                    try String(contentsOf: directory.appending(path: name), encoding: .utf8)
                }
                let saved = try await martlet("get", "\(url)/json", "-o", "a", in: directory)
                #expect(saved.text == "" && saved.errors == "")
                #expect(try content("a") == sampleJSON)
                _ = try await martlet("get", "\(url)/dir/named.txt?x", "-O", in: directory)
                #expect(try content("named.txt").hasPrefix("GET /dir/named.txt?x\n"))
                let cut = try await martlet("get", "\(url)/cut", "-o", "a", in: directory)
                #expect(cut.status == 18)
                #expect(try content("a") == sampleJSON)
                let failed = try await martlet("get", "\(url)/status/404", "-o", "a", "--fail", in: directory)
                #expect(failed.status == 4)
                #expect(try content("a") == sampleJSON)
                let link = directory.appending(path: "link")
                try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "a")
                _ = try await martlet("get", "\(url)/status/200", "-o", "link", in: directory)
                #expect(try content("a") == "status")
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "a")
                let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
                #expect(names == ["a", "link", "named.txt"])
                let nowhere = try await martlet("get", "\(url)/json", "-o", "none/a", in: directory)
                #expect(nowhere.status == 23)
                let device = try await martlet("get", "\(url)/json", "-o", "/dev/stdout", in: directory)
                #expect(device.text == sampleJSON)
                #expect(try await martlet("get", "\(url)/", "-O", in: directory).status == 64)
            }
        }
    }

    @Test("A download shows its progress on a terminal")
    func progress() async throws {
        try await withServer { url in
            try await withTemporaryDirectory { directory in
                let run = try await martlet("get", "\(url)/json", "-o", "a", in: directory, terminals: [2])
                #expect(
                    run.errors.hasPrefix("\ra    0% [..............................] 0 B of 35 B, 0 B/s\u{1B}[K\r")
                )
                #expect(run.errors.contains("\ra  100% [#############"))
                #expect(run.errors.hasSuffix("/s\u{1B}[K\n"))
                let quiet = try await martlet("get", "\(url)/json", "-o", "a", "-s", in: directory, terminals: [2])
                #expect(quiet.errors == "")
                let cut = try await martlet("get", "\(url)/cut", "-o", "b", in: directory, terminals: [2])
                #expect(
                    cut.errors.hasSuffix(
                        "\r\u{1B}[Kmartlet: The connection was closed before the end of the content. Try again.\n"
                    )
                )
            }
        }
    }

    @Test("Heads and timings are shown on standard error")
    func verbose() async throws {
        try await withServer { url in
            let run = try await martlet("get", "\(url)/redirect", "-L", "-v")
            let request = { (target: String) in
                "> GET \(target) HTTP/1.1\n> Host: \(url.dropFirst(7))\n> User-Agent: martlet/0.1.0\n"
                    + "> Accept-Encoding: \(ContentCoding.accepted)\n> \n"
            }
            let length = run.output.count
            #expect(
                run.errors == request("/redirect")
                    + "< HTTP/1.1 302 Found\n< Location: /echo\n< Content-Length: 0\n< \n"
                    + request("/echo") + "< HTTP/1.1 200 OK\n< Content-Length: \(length)\n< \n"
            )
            let timing = try await martlet("get", "\(url)/json", "--timing")
            let lines =
                /name lookup   -\nconnect       [0-9.]+ ms\nfirst byte    [0-9.]+ ms\ntotal         [0-9.]+ ms\n/
            #expect(try lines.wholeMatch(in: timing.errors) != nil, "\(timing.errors)")
        }
    }

    @Test("The version of HTTP is the one that is asked for")
    func version() async throws {
        try await withServer { url in
            let run = try await martlet("get", "\(url)/json", "-v", "--http2-prior-knowledge")
            #expect(run.text == sampleJSON)
            #expect(
                run.errors == "> GET /json HTTP/2\n> host: \(url.dropFirst(7))\n> user-agent: martlet/0.1.0\n"
                    + "> accept-encoding: \(ContentCoding.accepted)\n> \n"
                    + "< HTTP/2 200 \n< content-type: application/json\n< content-length: 35\n< \n"
            )
            let early = try await martlet("get", "\(url)/early", "-v", "--http2-prior-knowledge")
            #expect(
                early.errors.hasSuffix("< HTTP/2 103 \n< link: </a>\n< \n< HTTP/2 200 \n< content-length: 4\n< \n")
            )
            let old = try await martlet("get", "\(url)/early", "-v")
            #expect(old.errors.contains("< HTTP/1.1 103 Early Hints\n< Link: </a>\n< \n< HTTP/1.1 200 OK\n"))
            for flag in ["--http2", "--http1.1"] {
                let old = try await martlet("head", "\(url)/json", flag)
                #expect(old.text.hasPrefix("HTTP/1.1 200"))
            }
            let both = try await martlet("get", url, "--http2", "--http1.1")
            #expect(both.status == 64)
        }
    }
}
