import Testing

@testable import chat

struct LoadMarkTests {
    @Test func findsWhatItNeeds() throws {
        let text = LoadMark.text(number: 12, sentAt: 345, size: 40)
        #expect(text.utf8.count == 40)
        let message = ChatMessage(sequence: 6, id: MessageID(), time: 7, name: "load 1", text: text)
        let mark = try #require(LoadMark(ServerMessage.message(message).json))
        #expect(mark.sequence == 6)
        #expect(mark.number == 12)
        #expect(mark.sentAt == 345)
    }

    @Test(arguments: [
        "", "{}", #"{"sequence":1}"#, #""sequence":"#, #"{"sequence":1,"text":"load "}"#,
        #"{"sequence":1,"text":"load 1"}"#,
        #"{"sequence":x,"text":"load 1 2"}"#, #"{"sequence":1,"text":"hello 1 2"}"#,
    ])
    func passesOverOthers(json: String) {
        #expect(LoadMark(json) == nil)
    }
}
