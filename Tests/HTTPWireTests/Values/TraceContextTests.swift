import HTTPTypes
import Testing

@testable import HTTPWire

@Suite("The context of a trace")
struct TraceContextTests {
    private static let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("is read from traceparent and written as the same")
    func reads() throws {
        for (flags, isSampled, isRandom) in [
            ("00", false, false), ("01", true, false), ("02", false, true), ("03", true, true),
        ] {
            let text = Self.text.dropLast(2) + flags
            let trace = try #require(TraceContext(String(text)))
            #expect(trace.traceID == "0af7651916cd43dd8448eb211c80319c" && trace.spanID == "b7ad6b7169203331")
            #expect(trace.isSampled == isSampled && trace.isRandom == isRandom)
            #expect(trace.description == text)
            #expect(trace.state.isEmpty)
        }
        // Flags without a meaning are not passed on (section 3.2.2.5).
        #expect(TraceContext(Self.text.dropLast(2) + "fd")?.description == Self.text)
        let small = "00-00000000000000000000000000000001-0000000000000001-00"
        #expect(TraceContext(small)?.description == small)
    }

    @Test("of a later version is read as far as it is known")
    func versions() {
        for text in ["01", "cc", "fe"].flatMap({ version in
            ["", "-", "-what-the-future-will-be-like", "-01"].map { version + Self.text.dropFirst(2) + $0 }
        }) {
            #expect(TraceContext(text)?.description == Self.text, "\(text)")
        }
        for text in ["cc" + Self.text.dropFirst(2) + ".what", "cc" + Self.text.dropFirst(2) + "0"] {
            #expect(TraceContext(text) == nil, "\(text)")
        }
    }

    @Test("is nothing else")
    func refuses() {
        for text in [
            "", "00", "00-", Self.text + "-", Self.text + "-01", Self.text + " ", " " + Self.text,
            Self.text.uppercased(), "ff" + Self.text.dropFirst(2), "0x" + Self.text.dropFirst(2),
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c8031-9cb7ad6b7169203331-01",
            "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0.",
            "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011", "\(Self.text), \(Self.text)",
        ] {
            #expect(TraceContext(text) == nil, "\(text)")
        }
        for index in Self.text.indices {
            for other in ["g", "A", ".", "é", "\u{0}"] {
                let text = Self.text[..<index] + other + Self.text[Self.text.index(after: index)...]
                #expect(TraceContext(String(text)) == nil, "\(text)")
            }
        }
    }

    @Test("has a state, which is read from a list")
    func state() throws {
        for (text, members) in [
            ("", []), (" , ,", []), ("a=1", ["a=1"]), (" a=1 ,\tb=2,", ["a=1", "b=2"]), ("a=1,,b=2", ["a=1", "b=2"]),
            ("a_-*/0=x", ["a_-*/0=x"]), ("1t@s=x y", ["1t@s=x y"]), ("a= b", ["a= b"]),
            ("a=!\"#$%&'()*+-./:;<>?@[\\]^_`{|}~", ["a=!\"#$%&'()*+-./:;<>?@[\\]^_`{|}~"]),
        ] as [(String, [String])] {
            let state = try #require(TraceState(text), "\(text)")
            #expect(state.members.map { "\($0.key)=\($0.value)" } == members)
            #expect(state.description == members.joined(separator: ","))
            #expect(state.isEmpty == members.isEmpty)
        }
        let state = try #require(TraceState("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"))
        #expect(state["congo"] == "t61rcWkgMzE" && state["other"] == nil)
    }

    @Test("has none that is malformed")
    func malformedState() {
        for text in [
            "a", "=1", "a=", "A=1", "1=1", "a=1=2", "a=1;b=2", "a=1,a=2", "a b=1", "a=\u{7F}", "a=é", "@s=1", "t@=1",
            "t@1=1", "t@@s=1", "a=1,b", "-a=1", "é=1", "a =1",
        ] {
            #expect(TraceState(text) == nil, "\(text)")
            #expect(TraceContext(Self.text, state: text)?.state == TraceState(), "\(text)")
        }
    }

    @Test("has a state of 32 members, keys of 256 and values of 256 characters at most")
    func limits() {
        func list(_ count: Int) -> String { (0..<count).map { "k\($0)=v" }.joined(separator: ",") }
        #expect(TraceState(list(32))?.members.count == 32)
        #expect(TraceState(list(33)) == nil)
        func text(_ count: Int) -> String { String(repeating: "a", count: count) }
        #expect(TraceState("\(text(256))=\(text(256))") != nil)
        #expect(TraceState("\(text(257))=1") == nil)
        #expect(TraceState("a=\(text(257))") == nil)
        #expect(TraceState("\(text(241))@\(text(14))=1") != nil)
        #expect(TraceState("\(text(242))@a=1") == nil)
        #expect(TraceState("a@\(text(15))=1") == nil)
    }

    @Test("is random where a trace begins, and has another span below")
    func begins() throws {
        let (one, two) = (TraceContext.random(), TraceContext.random(isSampled: false))
        #expect(one.traceID != two.traceID && one.isSampled && !two.isSampled && one.isRandom)
        #expect(TraceContext(one.description) == one)
        let child = one.child()
        #expect(child.traceID == one.traceID && child.spanID != one.spanID && child.isSampled)
    }

    @Test("is in the fields of a message")
    func fields() {
        var fields = HTTPFields()
        #expect(fields.traceContext == nil)
        fields.append(HTTPField(name: .traceparent, value: Self.text))
        fields.append(HTTPField(name: .tracestate, value: "a=1"))
        fields.append(HTTPField(name: .tracestate, value: "b=2"))
        #expect(fields.traceContext?.description == Self.text)
        #expect(fields.traceContext?.state.description == "a=1,b=2")
        fields.append(HTTPField(name: .traceparent, value: TraceContext.random().description))
        #expect(fields.traceContext == nil)
        fields.traceContext = TraceContext(Self.text, state: "c=3")
        #expect(fields[values: .traceparent] == [Self.text] && fields[values: .tracestate] == ["c=3"])
        fields.traceContext = nil
        #expect(fields.isEmpty)
    }
}
