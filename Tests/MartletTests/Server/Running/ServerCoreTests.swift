import Testing

@testable import Martlet

@Suite("The server's own address in URLs")
struct ServerCoreTests {
    @Test(
        "leaves out the port of the scheme, and no other",
        arguments: [
            ("http", 80, "127.0.0.1"), ("http", 443, "127.0.0.1:443"), ("http", 8080, "127.0.0.1:8080"),
            ("https", 443, "127.0.0.1"), ("https", 80, "127.0.0.1:80"), ("https", 8443, "127.0.0.1:8443"),
            ("http", 0, "127.0.0.1"),
        ]
    )
    func authority(scheme: String, port: Int, expected: String) {
        let core = ServerCore(HTTPServer.Configuration(), address: .loopbackIPv4, port: port, security: nil)
        #expect(core.authority(of: scheme) == expected)
    }
}
