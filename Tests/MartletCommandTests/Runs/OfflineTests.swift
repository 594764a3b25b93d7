import Martlet
import Testing

@testable import MartletCommand

@Suite("Requests that are printed, and addresses that are given")
struct OfflineTests {
    @Test(
        "--offline prints what would be sent, and sends nothing",
        arguments: [
            ["post", "--json", #"{"a":1}"#, "--user", "han:chewie"], ["get", "--header", "X-Ship: Falcon"],
            ["put", "--data", "name=Han", "--bearer", "t"], ["delete", "--no-compressed"],
        ]
    )
    func offline(options: [String]) async throws {
        try await withServer { request in
            try await request.response.end(try await request.collect(upTo: 1_000))
        } test: { url in
            let arguments = [options[0], "\(url)/hero?x=1", "--http1.1"] + options.dropFirst()
            let real = await Run(try startMartlet(arguments + ["--verbose"]))
            let printed = await Run(try startMartlet(arguments + ["--offline"]))
            #expect(printed.status == 0 && printed.errors == "")
            let sent = real.errors.split(separator: "\n").filter { $0.hasPrefix("> ") }.map { String($0.dropFirst(2)) }
            let parts = printed.text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
            let lines = parts[0].split(separator: "\r\n").map(String.init)
            #expect(lines.first == sent.first)
            #expect(Set(lines) == Set(sent.filter { !$0.isEmpty }))
            #expect(parts.last.map(String.init) == real.text)
        }
        let nowhere = try await martlet("get", "http://nowhere.invalid/", "--offline")
        #expect(nowhere.status == 0 && nowhere.text.hasPrefix("GET / HTTP/1.1\r\nHost: nowhere.invalid\r\n"))
    }

    @Test("--resolve connects to the address, and asks for the host")
    func resolve() async throws {
        try await withServer { request in
            try await request.response.end(request.requestedURL)
        } test: { url in
            let port = url.split(separator: ":").last.map(String.init) ?? ""
            let target = "http://ship.invalid:\(port)/"
            let found = try await martlet("get", target, "--resolve", "SHIP.invalid:\(port):127.0.0.1")
            #expect(found.text == target)
            let other = try await martlet("get", target, "--resolve", "ship.invalid:1:127.0.0.1")
            #expect(other.status == 6)
        }
    }

    @Test(
        "The values of --resolve",
        arguments: [
            ("a:80:127.0.0.1", "a", 80, "127.0.0.1"), ("A.b:443:::1", "a.b", 443, "::1"),
            ("a:1:[::1]", "a", 1, "::1"),
        ]
    )
    func values(text: String, host: String, port: Int, address: String) throws {
        let value = try #require(ResolveArgument(argument: text))
        #expect(value.host == host && value.port == port && value.address == address)
    }

    @Test(
        "Wrong values of --resolve",
        arguments: ["", "a", "a:80", "a:80:", ":80:b", "a:0:b", "a:65536:b", "a:x:b", "a:1:[]"]
    )
    func wrong(text: String) {
        #expect(ResolveArgument(argument: text) == nil)
    }
}
