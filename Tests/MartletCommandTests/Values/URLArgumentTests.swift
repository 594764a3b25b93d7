import HTTPWire
import Testing

@testable import MartletCommand

struct URLArgumentTests {
    @Test(
        "What is left out is http, and this machine",
        arguments: [
            ("http://a/b", "http://a/b"), ("https://a/", "https://a/"), ("a", "http://a"),
            ("a/b?c=d", "http://a/b?c=d"),
            ("localhost:4040/x", "http://localhost:4040/x"), (":4040/x", "http://localhost:4040/x"),
            (":4040", "http://localhost:4040"), ("/x", "http://localhost/x"), ("//a/b", "http://a/b"),
            ("[::1]:8/", "http://[::1]:8/"), ("user:pw@a/", "http://user:pw@a/"),
            // C15: only what begins with a scheme has one.
            ("localhost:4040/?u=http://x/", "http://localhost:4040/?u=http://x/"),
            ("a/?u=http://x/", "http://a/?u=http://x/"), ("a#http://x/", "http://a#http://x/"),
            ("a/http://b/", "http://a/http://b/"), (":4040/http://b", "http://localhost:4040/http://b"),
            ("/?u=http://b", "http://localhost/?u=http://b"), ("user:http://@a/", "http://user:http://@a/"),
            ("HTTPS://a/", "HTTPS://a/"), ("a:b://c", "http://a:b://c"), ("1://a", "http://1://a"),
        ]
    )
    func expands(text: String, url: String) {
        #expect(URLArgument.expand(text) == url)
    }

    @Test(
        "A file is named like the end of the path",
        arguments: [("/a/b.iso?c/d", "b.iso"), ("/gr%C3%BC%20n", "grü n")]
    )
    func names(path: String, name: String) throws {
        let url = try #require(HTTPURL("http://a\(path)"))
        #expect(try URLArgument.fileName(of: url) == name)
    }

    @Test(
        "Nothing that a server's owner chooses leads elsewhere",
        arguments: ["", "/", "/a/", "/%2e%2e", "/..%2fa", "/a%5cb", "/%00", "/.bashrc", "/-rf", "/%FF", "/%0a"]
    )
    func refusesNames(path: String) throws {
        let url = try #require(HTTPURL("http://a\(path)"))
        let failure = CommandFailure(.usage, "The URL does not end with a file name. Choose one with --output.")
        #expect(throws: failure) { try URLArgument.fileName(of: url) }
    }
}
