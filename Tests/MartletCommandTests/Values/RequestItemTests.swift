import HTTPTypes
import HTTPWire
import Testing

@testable import MartletCommand

@Suite("Items of a request")
struct RequestItemTests {
    private static func header(_ text: String) -> RequestItem? { HeaderArgument(argument: text).map { .header($0) } }

    @Test("The first separator counts, and the longest at its place")
    func separators() throws {
        let table: [(String, RequestItem?)] = [
            ("name=Han", .text(name: "name", .text("Han"))), ("name=", .text(name: "name", .text(""))),
            ("a=b:c@d==e", .text(name: "a", .text("b:c@d==e"))), ("a b=c", .text(name: "a b", .text("c"))),
            ("age:=24", .json(name: "age", .text("24"))), ("a:=[1,\"b:c\"]", .json(name: "a", .text("[1,\"b:c\"]"))),
            ("X-Key:a=b@c", Self.header("X-Key:a=b@c")), ("X-Key: a ", Self.header("X-Key:a")),
            ("X-Key:", Self.header("X-Key:")), ("X-Key;", Self.header("X-Key;")),
            ("q==a b", .query(FormPair(name: "q", value: "a b"))), ("q==", .query(FormPair(name: "q", value: ""))),
            ("q===", .query(FormPair(name: "q", value: "="))),
            ("p@x y.png", .upload(name: "p", .file("x y.png"))), ("p@-", .upload(name: "p", .standardInput)),
            ("p@a,b;c", .upload(name: "p", .file("a,b;c"))),
            ("a=@f", .text(name: "a", .file("f"))), ("a=@-", .text(name: "a", .standardInput)),
            ("a:=@f", .json(name: "a", .file("f"))), ("ü=ö", .text(name: "ü", .text("ö"))),
        ]
        for (text, item) in table {
            #expect(item != nil)
            #expect(RequestItem(argument: text) == item, "\(text)")
        }
    }

    @Test("A backslash takes the meaning from a separator, and stands for itself elsewhere")
    func escapes() {
        let table: [(String, RequestItem)] = [
            (#"a\=b=c"#, .text(name: "a=b", .text("c"))), (#"a\:b\@c=d"#, .text(name: "a:b@c", .text("d"))),
            (#"a=\@b"#, .text(name: "a", .text("@b"))), (#"a\==b"#, .text(name: "a=", .text("b"))),
            (#"a=\b\\c"#, .text(name: "a", .text(#"\b\\c"#))), (#"a=b\"#, .text(name: "a", .text(#"b\"#))),
            (#"a=\=b"#, .text(name: "a", .text("=b"))),
        ]
        for (text, item) in table { #expect(RequestItem(argument: text) == item, "\(text)") }
    }

    @Test(
        "Texts that are no items",
        arguments: ["", "name", "=a", "==a", ":=1", "@f", "a=@", "a:=@", "a@", "a b:c", "X: a\r\nY: b", #"a\=b"#, ";"]
    )
    func invalid(text: String) {
        #expect(RequestItem(argument: text) == nil)
    }

    @Test("A JSON object keeps the order, and numbers as they are")
    func objects() throws {
        var object = JSONObjectText()
        #expect(object.description == "{}")
        try object.append("b/\"", text: "x\"\n\\ü/")
        try object.append("a", json: "1.50")
        try object.append("c", json: "{\"d\": [true, null]}")
        #expect(object.description == #"{"b/\"":"x\"\n\\ü/","a":1.50,"c":{"d": [true, null]}}"#)
        for json in ["", "x", "{", "1 2", "'a'", "1}"] {
            #expect(throws: CommandFailure.self, "\(json)") { try object.append("e", json: json) }
        }
        #expect(throws: CommandFailure(.usage, "a is given twice. A JSON object has each name once.")) {
            try object.append("a", text: "")
        }
    }
}
