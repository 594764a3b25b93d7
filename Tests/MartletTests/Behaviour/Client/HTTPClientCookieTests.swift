import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization
import Testing

@testable import Martlet

@Suite("HTTPClient: cookies and forms", .timeLimit(.minutes(5)))
struct HTTPClientCookieTests {
    @Test("A jar keeps what responses set, over redirects too, and sends it where it belongs")
    func jar() async throws {
        let seen = Mutex<[String?]>([])
        try await ScriptedServer.run { connection, _ in
            while true {
                let head = try connection.readHead()
                seen.withLock {
                    $0.append(head.split(separator: "\r\n").first { $0.hasPrefix("Cookie: ") }.map(String.init))
                }
                if head.hasPrefix("GET /login ") {
                    try connection.write("HTTP/1.1 302 Found\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2; Path=/x\r\n")
                    try connection.write("Set-Cookie: =;;\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
                } else {
                    try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                }
            }
        } while: { server in
            let jar = CookieJar()
            let client = makeClient { $0.cookieJar = jar }
            _ = try await client.get("\(server.url)/login")
            let request = try client.open(.get, "\(server.url)/x/y")
            request.cookies = [try Cookie(name: "c", value: "3")]
            _ = try await request.end()
            #expect(seen.withLock { $0 } == [nil, "Cookie: a=1", "Cookie: b=2; a=1; c=3"])
            let plain = try await makeClient { $0.followsRedirects = false }.get("\(server.url)/login")
            #expect(plain.cookies.map(\.name).contains("a"))
        }
    }

    @Test("Forms are sent, with files")
    func forms() async throws {
        let path = "/tmp/martlet-form-\(UInt64.random(in: .min ... .max))"
        defer { LocalFile.remove(path) }
        let file = try LocalFile(creating: path)
        try file.append(ByteBuffer(string: "file's text"))
        let seen = Mutex<[String]>([])
        try await ScriptedServer.run { connection, _ in
            for _ in 0..<2 {
                let head = try connection.readHead()
                let length = head.split(separator: "Content-Length: ")[1].prefix { $0.isNumber }
                let content = try connection.read(count: Int(length) ?? 0)
                seen.withLock { $0 += [head, content] }
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
        } while: { server in
            let client = makeClient()
            _ = try await client.post("\(server.url)/", body: .form(["name": "Han Solo", "a&b": "ü"]))
            var form = try MultipartFormData(boundary: "xyz")
            form.append("Han Solo", named: "name")
            form.append(.file(path: path, length: 11), named: "file", fileName: "a.txt")
            _ = try await client.post("\(server.url)/", body: .multipart(form))
            let all = seen.withLock { $0 }
            try #require(all.count == 4)
            #expect(all[0].contains("Content-Type: application/x-www-form-urlencoded\r\n"))
            #expect(all[1] == "name=Han+Solo&a%26b=%C3%BC")
            #expect(all[2].contains("Content-Type: multipart/form-data; boundary=xyz\r\n"))
            #expect(
                all[3] == """
                    --xyz\r
                    Content-Disposition: form-data; name="name"\r
                    \r
                    Han Solo\r
                    --xyz\r
                    Content-Disposition: form-data; name="file"; filename="a.txt"\r
                    Content-Type: application/octet-stream\r
                    \r
                    file's text\r
                    --xyz--\r

                    """
            )
        }
    }
}
