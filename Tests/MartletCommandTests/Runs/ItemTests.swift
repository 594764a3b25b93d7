import Foundation
import TestProcesses
import Testing

/// Requests that are described by items after the URL.
@Suite("martlet: items", .serialized, .timeLimit(.minutes(2)))
struct ItemTests {
    @Test("Items are members of a JSON object, header fields and parameters of the query")
    func json() async throws {
        try await withServer { url in
            let run = try await martlet(
                "post",
                "\(url)/a?b=c",
                "name=Han \"Solo\"",
                "age:=24",
                "X-Key:v:w",
                "User-Agent:",
                "q==x y&z",
                "ships:=[\"Falcon\"]",
                "-H",
                "X-Key: first"
            )
            #expect(run.status == 0)
            #expect(run.text.hasPrefix("POST /a?b=c&q=x+y%26z\n") || run.text.hasPrefix("POST /a?b=c&q=x%20y%26z\n"))
            #expect(run.text.hasSuffix("\n\n{\"name\":\"Han \\\"Solo\\\"\",\"age\":24,\"ships\":[\"Falcon\"]}"))
            for line in ["Content-Type: application/json", "Accept: application/json, */*;q=0.5", "X-Key: v:w"] {
                #expect(run.text.contains("\n\(line)\n"), "\(line)")
            }
            #expect(!run.text.contains("User-Agent"))
            let get = try await martlet("get", url, "q==a", "X-A;")
            #expect(get.text.hasPrefix("GET /?q=a\n") && get.text.contains("\nX-A: \n"))
            #expect(!get.text.contains("Content-"))
            let other = try await martlet("request", "QUERY", url, "a=b")
            #expect(other.text.hasPrefix("QUERY /\n") && other.text.hasSuffix("\n\n{\"a\":\"b\"}"))
        }
    }

    @Test("Items are fields of a form")
    func forms() async throws {
        try await withServer { url in
            try await withTemporaryDirectory { directory in
                try directory.write("PNG", to: "x,y.png")
                try directory.write("long\n", to: "text")
                let encoded = try await martlet("post", url, "--as-form", "a=b c&", "a=d", "t=@text", in: directory)
                #expect(encoded.text.contains("\nContent-Type: application/x-www-form-urlencoded\n"))
                #expect(
                    encoded.text.hasSuffix("\n\na=b%20c%26&a=d&t=long%0A")
                        || encoded.text.hasSuffix("\n\na=b+c%26&a=d&t=long%0A")
                )
                let files = try await martlet("put", url, "name=Han", "t=@text", "p@x,y.png", in: directory)
                let boundary = try #require(files.text.firstMatch(of: /boundary=(\S+)/)?.output.1)
                let content = files.text[try #require(files.text.firstRange(of: "\n\n")).upperBound...]
                #expect(
                    content == """
                        --\(boundary)\r
                        Content-Disposition: form-data; name="name"\r
                        \r
                        Han\r
                        --\(boundary)\r
                        Content-Disposition: form-data; name="t"\r
                        \r
                        long
                        \r
                        --\(boundary)\r
                        Content-Disposition: form-data; name="p"; filename="x,y.png"\r
                        Content-Type: application/octet-stream\r
                        \r
                        PNG\r
                        --\(boundary)--\r

                        """
                )
            }
        }
    }

    @Test("Values come from files and standard input")
    func files() async throws {
        try await withServer { url in
            try await withTemporaryDirectory { directory in
                try directory.write("[1, 2]\n", to: "list")
                try directory.write("two\nlines", to: "text")
                let input = directory.appending(path: "text").path
                let run = try await martlet("post", url, "a:=@list", "b=@text", "c=@-", in: directory, input: input)
                #expect(run.text.hasSuffix("\n\n{\"a\":[1, 2],\"b\":\"two\\nlines\",\"c\":\"two\\nlines\"}"))
                let missing = try await martlet("post", url, "a=@none", in: directory)
                #expect(missing.status == 23)
                #expect(missing.errors == "martlet: none can't be read: No such file or directory.\n")
                try Data([0xFF, 0]).write(to: directory.appending(path: "binary"))
                let binary = try await martlet("post", url, "a=@binary", in: directory)
                #expect(binary.status == 23)
                #expect(
                    binary.errors == "martlet: a: The file is not text in UTF-8. Upload it with a@FILE.\n"
                )
                let wrong = try await martlet("post", url, "a:=@text", in: directory)
                #expect(wrong.status == 64)
                #expect(wrong.errors == "martlet: a: This is not JSON. Write a=text for a string.\n")
            }
        }
    }

    @Test(
        "Items that contradict the options",
        arguments: [
            (
                ["a=b", "--json", "1"],
                "Items such as name=text are content: use them without --data, --json and --form."
            ),
            (
                ["a@b", "--data", "1"],
                "Items such as name=text are content: use them without --data, --json and --form."
            ),
            (
                ["a:=1", "--form", "a=b"],
                "Items such as name=text are content: use them without --data, --json and --form."
            ),
            (["a:=1", "--as-form"], "A form has only texts: write a=text, not a:=json."),
            (["a:=1", "b@c"], "A form has only texts: write a=text, not a:=json."),
            (["q==1", "--as-form"], "--as-form needs items such as name=text."),
            (["a=@-", "b=@-"], "Standard input can be read only once. Use @- only once."),
            (["nonsense"], "The value 'nonsense' is invalid for '<item>'"),
        ]
    )
    func contradictions(arguments: [String], message: String) async throws {
        let run = await Run(try startMartlet(["post", "http://127.0.0.1:1/"] + arguments))
        #expect(run.status == 64)
        #expect(run.errors.hasPrefix("Error: \(message)"), "\(run.errors)")
    }
}
