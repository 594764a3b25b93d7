import Testing

@testable import chat

struct ClientMessageTests {
    private let id = "0f8fad5b-d9cb-469f-a165-70867728950e"

    @Test func reads() throws {
        let id = try #require(MessageID(id))
        #expect(try ClientMessage(#"{"type":"join","name":"Ada"}"#) == .join(name: "Ada", key: nil, after: nil))
        #expect(
            try ClientMessage(#"{"type":"join","name":"Ada","key":"k","after":7,"more":1}"#)
                == .join(name: "Ada", key: "k", after: 7)
        )
        #expect(try ClientMessage(#"{"type":"say","id":"\#(id)","text":"a"}"#) == .say(id: id, text: "a"))
        #expect(
            try ClientMessage(#"{"type":"say","id":"\#(id.description.uppercased())","text":"a"}"#)
                == .say(id: id, text: "a")
        )
        #expect(try ClientMessage(#"{"type":"rename","name":"Eve"}"#) == .rename(name: "Eve"))
        #expect(try ClientMessage(#"{"type":"ping"}"#) == .ping)
    }

    @Test(arguments: [
        ("", "The message is not JSON."), ("{", "The message is not JSON."), ("[]", "A message must be a JSON object."),
        ("7", "A message must be a JSON object."), ("{}", "“type” is missing."),
        (#"{"type":7}"#, "“type” has a value of the wrong type."),
        (#"{"type":"sing"}"#, "“type” must be join, say, rename or ping."),
        (#"{"type":"join"}"#, "“name” is missing."),
        (#"{"type":"join","name":"A","after":"1"}"#, "“after” has a value of the wrong type."),
        (#"{"type":"say","id":"1","text":"a"}"#, "The id is not a UUID."),
    ])
    func saysWhatIsWrong(json: String, message: String) {
        #expect(throws: ChatProblem(.malformed, message)) { try ClientMessage(json) }
    }

    @Test func saysWhichMessageIsWrong() throws {
        #expect(throws: ChatProblem(.malformed, "“text” is missing.", id: MessageID(id))) {
            try ClientMessage(#"{"type":"say","id":"\#(id)"}"#)
        }
    }
}
