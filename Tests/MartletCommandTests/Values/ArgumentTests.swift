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

    @Test("Fields of a form")
    func form() throws {
        func field(_ text: String) throws -> FormField { try #require(FormField(argument: text), "\(text)") }
        #expect(try field("a=b;c=d").value == .text("b;c=d"))
        #expect(try field("=").name == "")
        #expect(try field("a=@d/x.png").value == .file(.file("d/x.png"), name: "x.png", type: nil))
        #expect(try field("a=@x;type=image/png").value == .file(.file("x"), name: "x", type: .png))
        #expect(try field("a=@x;filename=y;type=image/png").value == .file(.file("x"), name: "y", type: .png))
        let text = try field("a=@x;y;type=text/plain;charset=utf-8;filename=z")
        #expect(text.value == .file(.file("x;y"), name: "z", type: .plainText))
        #expect(try field("a=@-").value == .file(.standardInput, name: "-", type: nil))
        for text in ["", "a", "a=@", "a=@x;type=png", "a=@x;type="] {
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
