import HTTPTypes
import HTTPWire
import Testing

@testable import MartletCommand

@Suite("Arguments")
struct ArgumentTests {
    @Test("A header field is set, removed, or empty")
    func headers() throws {
        var fields: HTTPFields = [.userAgent: "martlet", .accept: "*/*"]
        let texts = ["User-Agent:", "accept:  text/plain ", "X-Empty;", "Cookie: a=b", "Cookie: c=d", "X-Time: 1:2"]
        let arguments = texts.compactMap { HeaderArgument(argument: $0) }
        #expect(arguments.count == texts.count)
        fields.apply(arguments)
        #expect(fields[.userAgent] == nil)
        #expect(fields[values: .accept] == ["text/plain"])
        #expect(fields[values: .cookie] == ["a=b", "c=d"])
        #expect(fields[try #require(HTTPField.Name("x-empty"))] == "")
        #expect(fields[try #require(HTTPField.Name("x-time"))] == "1:2")
    }

    @Test("What is no header field", arguments: ["", "Name", ": x", "a b: c", "a: b\r\nc: d", "é: x", ";"])
    func invalidHeaders(text: String) {
        #expect(HeaderArgument(argument: text) == nil)
    }

    @Test("A content is a text, a file, or standard input")
    func contents() {
        #expect(ContentArgument(argument: "a@b") == .text("a@b"))
        #expect(ContentArgument(argument: "") == .text(""))
        #expect(ContentArgument(argument: "@a b") == .file("a b"))
        #expect(ContentArgument(argument: "@-") == .standardInput)
    }

    @Test("C16: fields of a form, in curl's grammar")
    func form() throws {
        func field(_ text: String) throws -> FormField { try #require(FormField(argument: text), "\(text)") }
        func text(_ text: String, _ fileName: String? = nil, _ mediaType: MediaType? = nil) -> [FormField.Part] {
            [.init(content: .text(text), fileName: fileName, mediaType: mediaType)]
        }
        func file(_ path: String, _ fileName: String?, _ mediaType: MediaType? = nil) -> [FormField.Part] {
            [.init(content: .file(ContentArgument(argument: "@\(path)")), fileName: fileName, mediaType: mediaType)]
        }
        #expect(try field("=").name == "")
        #expect(try field("a=@-").parts == [.init(content: .file(.standardInput), fileName: "-")])
        #expect(try field("a=<-").parts == [.init(content: .file(.standardInput))])
        let table: [(String, [FormField.Part])] = [
            ("a=", text("")), ("a=b;c=d", text("b;c=d")), ("a=b=c", text("b=c")), ("a=b@c", text("b@c")),
            ("a= b c ", text("b c")), ("a=\" b \"", text(" b ")), ("a=\"@b\"", text("@b")), ("a=\"<b\"", text("<b")),
            ("a=b;type=text/html", text("b", nil, MediaType("text/html"))),
            ("a=\"b;c\";type=text/html", text("b;c", nil, MediaType("text/html"))),
            ("a=b,c", text("b,c")), ("a={\"b\":1}", text("{\"b\":1}")), ("a=\"b", text("\"b")),
            ("a=b;filename=c", text("b", "c")),
            ("a=@d/x.png", file("d/x.png", "x.png")), ("a=@x;type=image/png", file("x", "x", .png)),
            ("a=@x;filename=y;type=image/png", file("x", "y", .png)),
            ("a=@x; Type=image/png ; FileName= y z ", file("x", "y z", .png)),
            ("a=@x;y;type=text/plain;charset=utf-8;filename=z", file("x;y", "z", .plainText)),
            ("a=<x", file("x", nil)), ("a=<x,y;type=image/png", file("x,y", nil, .png)),
            // C16: words in quotes, and several files.
            ("p=@f;filename=\"a b\"", file("f", "a b")),
            ("p=@f;filename=\"a;b,c\";type=image/png", file("f", "a;b,c", .png)),
            ("p=@\"f;g,h\"", file("f;g,h", "f;g,h")), ("p=@\"d e/f g\" ;filename=x", file("d e/f g", "x")),
            ("p=@f;filename=\"a\\\"b\\\\c\\d\"", file("f", "a\"b\\c\\d")), ("p=@f;filename=\"\"", file("f", "")),
            ("p=@f;filename=\"a", file("f", "\"a")), ("p=@f;filename=a\"b\"", file("f", "a\"b\"")),
            ("p=@f;type=\"image/png\"", file("f", "f", .png)),
            ("p=@f,g", file("f", "f") + file("g", "g")),
            (
                "p=@f;type=image/png,d/g;filename=\"h,i\",\"j,k\"",
                file("f", "f", .png) + file("d/g", "h,i") + file("j,k", "j,k")
            ),
        ]
        for (argument, parts) in table { #expect(try field(argument).parts == parts, "\(argument)") }
        for text in [
            "", "a", "a=@", "a=<", "a=@x;type=png", "a=@x;type=", "a=@x,", "a=@,x", "a=@x;filename=y;z", "a=\"b\"c",
            "a=@\"x\"y", "a=@x;filename=\"y\"z", "a=\"b\";c",
        ] {
            #expect(FormField(argument: text) == nil, "\(text)")
        }
    }

    @Test("Names and passwords")
    func users() {
        #expect(UserArgument(argument: "a:b:c").password == "b:c")
        #expect(UserArgument(argument: "a:").password == "")
        #expect(UserArgument(argument: "a").password == nil)
        #expect(UserArgument(argument: "a:b:c").name == "a")
    }

    @Test("Seconds")
    func seconds() {
        #expect(SecondsArgument(argument: "0.5")?.duration == .milliseconds(500))
        for text in ["", "0", "-1", "x", "nan", "inf", "1e30"] { #expect(SecondsArgument(argument: text) == nil) }
    }
}
