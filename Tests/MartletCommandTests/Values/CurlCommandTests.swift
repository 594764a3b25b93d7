import ArgumentParser
import HTTPTypes
import HTTPWire
import Testing

@testable import MartletCommand

@Suite("curl commands")
struct CurlCommandTests {
    private func command(
        _ method: HTTPRequest.Method = .get,
        _ url: String = "http://a/",
        _ content: RequestContent? = nil,
        headers: [String] = [],
        output: [String] = [],
        connection: [String] = []
    ) throws -> String {
        try CurlCommand(
            method,
            try #require(HTTPURL(url)),
            content: content,
            headers: headers.compactMap { HeaderArgument(argument: $0) },
            output: try OutputOptions.parse(output),
            connection: try ConnectionOptions.parse(connection)
        ).description
    }

    @Test(
        "Words are quoted for a POSIX shell",
        arguments: [
            ("a-b_c.d/e:f@g%h+i=j,k", "a-b_c.d/e:f@g%h+i=j,k"), ("", "''"), ("a b", "'a b'"), ("$HOME", "'$HOME'"),
            ("it's", #"'it'\''s'"#), ("'", #"''\'''"#), ("a\nb", "'a\nb'"),
            ("*?[!#~&;|<>()`\\\"", "'*?[!#~&;|<>()`\\\"'"),
            ("é", "'é'"),
        ]
    )
    func words(word: String, quoted: String) {
        #expect(ShellWord.quoted(word) == quoted)
    }

    @Test("The method is named where curl would take another")
    func methods() throws {
        #expect(try command() == "curl http://a/ --compressed")
        #expect(try command(.head) == "curl --head http://a/ --compressed")
        #expect(try command(.delete) == "curl --request DELETE http://a/ --compressed")
        #expect(
            try command(.post, connection: ["--no-compressed"])
                == "curl --request POST http://a/ --header 'Content-Length: 0'"
        )
        #expect(
            try command(.get, "http://a/?b=c&d#e", .data([.text("@x")]), connection: ["--no-compressed"])
                == "curl --request GET 'http://a/?b=c&d' --data-raw @x"
        )
    }

    @Test("Contents are sent by the option that changes nothing in them")
    func contents() throws {
        func content(_ content: RequestContent, _ headers: String...) throws -> String {
            let whole = try command(.post, "http://a/", content, headers: headers, connection: ["--no-compressed"])
            return String(whole.dropFirst("curl http://a/ ".count))
        }
        #expect(
            try content(.data([.text("a=1"), .file("b c"), .standardInput]))
                == "--data-raw a=1 --data-binary '@b c' --data-binary @-"
        )
        #expect(
            try content(.json(.text("{}")))
                == "--header 'Content-Type: application/json' --header 'Accept: application/json, */*;q=0.5' "
                + "--data-raw '{}'"
        )
        #expect(
            try content(.json(.file("x")), "Accept:", "content-type: text/json")
                == "--header Accept: --header 'content-type: text/json' --data-binary @x"
        )
        let form = ["a=b;c", "d=<e", "f=@g,h", "i=j;type=text/html", "k=@-", "l=@m;filename=\"n\\\"o\";type=image/png"]
        #expect(
            try content(.multipart(form.compactMap { FormField(argument: $0) }))
                == "--form-string 'a=b;c' --form 'd=<\"e\"' "
                + "--form 'f=@\"g\";type=application/octet-stream;filename=\"g\"' "
                + "--form 'f=@\"h\";type=application/octet-stream;filename=\"h\"' "
                + "--form 'i=\"j\";type=text/html' "
                + "--form 'k=@-;type=application/octet-stream;filename=\"-\"' "
                + "--form 'l=@\"m\";type=image/png;filename=\"n\\\"o\"'"
        )
        #expect(throws: CommandFailure.self) {
            try content(.multipart([FormField(name: "a=b", parts: [.init(content: .text("c"))])]))
        }
    }

    @Test("Options have those of curl")
    func options() throws {
        #expect(
            try command(
                headers: ["X-A: it's", "User-Agent:", "X-B;"],
                output: ["-o", "-", "-i", "-v", "-s", "--fail"],
                connection: [
                    "-L", "-u", "han:che wie", "--proxy", "", "--resolve", "A:80:::1", "--resolve", "b:1:c",
                    "--http1.1", "--cacert", "ca.pem", "-k", "--timeout", "0.5", "--connect-timeout", "3",
                    "--read-timeout", "1.5",
                ]
            )
                == #"curl http://a/ --header 'X-A: it'\''s' --header User-Agent: --header 'X-B;' --compressed "#
                + "--output - --include --verbose --silent --fail-with-body --location --max-redirs 5 "
                + "--user 'han:che wie' --proxy '' --resolve 'a:80:[::1]' --connect-to b:1:c:1 --http1.1 "
                + "--cacert ca.pem --insecure --max-time 0.5 --connect-timeout 3 --speed-limit 1 --speed-time 2"
        )
        #expect(
            try command(output: ["-O", "-C", "-f"], connection: ["--bearer", "t", "--unix-socket", "/s"])
                == "curl http://a/ --remote-name --continue-at - --fail --oauth2-bearer t --unix-socket /s"
        )
    }

    @Test("Cookies are one field")
    func cookies() throws {
        var headers = ["Cookie: a=b", "X: y"].compactMap { HeaderArgument(argument: $0) }
        headers.append(cookies: [])
        #expect(headers.count == 2)
        headers.append(cookies: [try Cookie(name: "c", value: "d"), try Cookie(name: "e", value: "f")])
        #expect(headers == ["X: y", "Cookie: a=b; c=d; e=f"].compactMap { HeaderArgument(argument: $0) })
    }
}
