import Testing

@testable import HTTPWire

@Suite("Lists in field values (RFC 9110 section 5.6.1)")
struct FieldListTests {
    @Test(
        "are members between commas",
        arguments: [
            ("", []),
            (" \t ", []),
            ("a", ["a"]),
            ("a,b", ["a", "b"]),
            (" a ,\tb\t", ["a", "b"]),
            (",, a,, ,b,", ["a", "b"]),
            ("a b, c", ["a b", "c"]),
            ("\"a,b\",c", ["\"a,b\"", "c"]),
            ("\"a\\\",b\",c", ["\"a\\\",b\"", "c"]),
            ("a;x=\",\" , b", ["a;x=\",\"", "b"]),
            ("\"never, closed", ["\"never, closed"]),
            ("\"\\", ["\"\\"]),
            ("é, ü", ["é", "ü"]),
        ] as [(String, [String])]
    )
    func members(text: String, members: [String]) {
        #expect(FieldList(text).map(String.init) == members)
        var bytes = text
        bytes.withUTF8 { buffer in
            var (offset, found) = (0, [String]())
            while let range = FieldList.nextMember(of: UnsafeRawBufferPointer(buffer), from: &offset) {
                found.append(String(decoding: buffer[range], as: UTF8.self))
            }
            #expect(found == members)
        }
    }

    @Test(
        "contain a token, whatever its case, only as a whole member",
        arguments: [
            ("close", true), ("CLOSE", true), ("keep-alive, Close", true), ("a,close,b", true), (" close ", true),
            ("", false), ("closed", false), ("clos", false), ("close;q=1", false), ("\"close\"", false),
            ("close upgrade", false), ("\"a, close\"", false), ("c\u{17F}lose", false),
        ]
    )
    func tokens(text: String, isFound: Bool) {
        #expect(FieldList(text).contains(token: "close") == isFound)
        #expect(Array(text.utf8).withUnsafeBytes { FieldList.contains(token: "Close", in: $0) } == isFound)
    }

    @Test("letters are folded, other bytes with the same low bits are not")
    func folding() {
        #expect(!FieldList("[").contains(token: "{"))
        #expect(!FieldList("@").contains(token: "`"))
        #expect(FieldList("Z").contains(token: "z"))
    }

    @Test("are read from any bytes without harm")
    func allBytes() {
        for byte in UInt8.min ... .max {
            var offset = 0
            let count = [byte].withUnsafeBytes { bytes in
                FieldList.nextMember(of: bytes, from: &offset).map(\.count)
            }
            #expect(count == (byte == 0x20 || byte == 0x09 || byte == 0x2C ? nil : 1))
        }
        var offset = -1
        #expect(FieldList.nextMember(of: UnsafeRawBufferPointer(start: nil, count: 0), from: &offset) == nil)
    }

    @Test("may be long")
    func long() {
        let text = String(repeating: ", a", count: 20_000)
        #expect(FieldList(text).reduce(0) { count, _ in count + 1 } == 20_000)
    }

    @Test(
        "of connection options are known by name (RFC 9110 section 7.6.1)",
        arguments: [
            ("", []),
            ("close", .close),
            ("Keep-Alive, Upgrade", [.keepAlive, .upgrade]),
            ("x-a, TE, close", .close),
            ("closes, upgraded", []),
        ] as [(String, ConnectionTokens)]
    )
    func connection(text: String, tokens: ConnectionTokens) {
        #expect(ConnectionTokens(text) == tokens)
        #expect(Array(text.utf8).withUnsafeBytes { ConnectionTokens(bytes: $0) } == tokens)
    }

    @Test("character sets are those of the RFCs")
    func sets() {
        func members(_ set: ByteSet) -> String {
            String(decoding: (UInt8.min ... .max).filter(set.contains), as: UTF8.self)
        }
        let digits = "0123456789"
        let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        let lower = "abcdefghijklmnopqrstuvwxyz"
        func sorted(_ text: String) -> String { String(decoding: text.utf8.sorted(), as: UTF8.self) }
        let letters = digits + upper + lower
        let visible = String(decoding: Array(UInt8(0x21)...0x7E), as: UTF8.self)
        #expect(members(.token) == sorted("!#$%&'*+-.^_`|~" + letters))
        #expect(members(.unreserved) == sorted("-._~" + letters))
        #expect(members(.registeredName) == sorted("-._~!$&'()*+,;=" + letters))
        #expect(members(.pathSegment) == sorted("-._~!$&'()*+,;=:@" + letters))
        #expect(members(.targetPath) == sorted("-._~!$&'()*+,;=:@/[]|^" + letters))
        #expect(members(.targetQuery) == visible.filter { !"#%".contains($0) })
        #expect(members(.fieldText) == "\t " + visible)
        #expect(members(.cookieValue) == visible.filter { !"\",;\\".contains($0) })
        #expect(members(.cookieAttribute) == " " + visible.filter { $0 != ";" })
    }
}
