import Martlet
import Testing

@Suite("InternetAddress")
struct InternetAddressTests {
    @Test(
        "tells addresses and names apart",
        arguments: [
            ("127.0.0.1", .ipv4, "127.0.0.1", true), ("10.0.0.1", .ipv4, "10.0.0.1", false),
            ("::1", .ipv6, "[::1]", true), ("[2001:db8::1]", .ipv6, "[2001:db8::1]", false),
            ("localhost", .name, "localhost", true), ("example.org", .name, "example.org", false),
            ("1.2.3.4.5", .name, "1.2.3.4.5", false), ("", .name, "", false), ("256.1", .name, "256.1", false),
            // C20: every notation that reaches an address is that address.
            ("1.2.3", .ipv4, "1.2.0.3", false), ("127.1", .ipv4, "127.0.0.1", true),
            ("0x7f.1", .ipv4, "127.0.0.1", true),
            ("2130706433", .ipv4, "127.0.0.1", true), ("0177.0.0.1", .ipv4, "127.0.0.1", true),
            ("127.0.0.1.", .ipv4, "127.0.0.1", true), ("0:0:0:0:0:0:0:1", .ipv6, "[::1]", true),
            ("[2001:DB8:0::1]", .ipv6, "[2001:db8::1]", false), ("::FFFF:127.0.0.1", .ipv6, "[::ffff:127.0.0.1]", true),
            ("::ffff:7f00:1", .ipv6, "[::ffff:127.0.0.1]", true), ("fe80:0::1%eth0", .ipv6, "[fe80::1%eth0]", false),
            ("fe80::1%", .name, "fe80::1%", false), ("fe80::1%a/b", .name, "fe80::1%a/b", false),
        ] as [(String, InternetAddress.Kind, String, Bool)]
    )
    func kinds(text: String, kind: InternetAddress.Kind, description: String, isLoopback: Bool) {
        let address = InternetAddress(text)
        #expect(address.kind == kind)
        #expect(address.description == description)
        #expect(address.isLoopback == isLoopback)
    }

    @Test("looks names up; an address stands for itself")
    func lookup() async throws {
        #expect(try await InternetAddress("localhost").lookup().allSatisfy { $0.isLoopback && $0.kind != .name })
        #expect(try await InternetAddress("192.0.2.1").lookup() == ["192.0.2.1"])
        await #expect(throws: SocketError.self) { try await InternetAddress(Self.unknownName).lookup() }
    }

    @Test(
        "is in a range of addresses or not",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "9.9.9.9", true),
            ("192.168.4.0/22", "192.168.7.255", true), ("192.168.4.0/22", "192.168.8.0", false),
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
            ("::1", "::1", true), ("0.0.0.0/0", "::1", false), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.0.0.0/8", "ten", false),
        ]
    )
    func ranges(range: String, address: String, isContained: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(InternetAddress(address)) == isContained)
    }

    @Test(
        "refuses what is no range",
        arguments: [
            "", "ten", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::1/129", "10.0.0.0/8/8", "/8", "10.0.0/8", "10/8",
            "10", "010.0.0.0/8",
        ]
    )
    func noRange(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test("prints a range")
    func rangeDescription() {
        #expect(AddressRange("10.0.0.0/8")?.description == "10.0.0.0/8")
        #expect(AddressRange("10.1.2.3")?.description == "10.1.2.3/32")
        #expect(AddressRange("::1")?.description == "0:0:0:0:0:0:0:1/128")
        #expect(AddressRange.unix.description == "unix:")
        #expect(AddressRange.unix.contains(.unix(path: "/a")))
        #expect(!AddressRange.unix.contains(.loopbackIPv4))
        #expect(AddressRange.loopback.contains { $0.contains("127.9.9.9") })
    }

    /// Longer than a label may be, so that no resolver has to be asked.
    private static let unknownName = String(repeating: "a", count: 64)
}
