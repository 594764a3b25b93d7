import HTTPTypes
import Martlet
import Testing

@Suite("Validation")
struct ValidationTests {
    private struct Item: Validatable {
        var name: String
        var parts: [Item] = []

        func validate(_ validation: inout Validation) {
            validation.require(!name.isEmpty, "must not be empty", at: "name")
            validation.validate(parts, at: "parts")
            if name == "~/" { validation.add("is odd", at: "a/b~", "c") }
            if name == "whole" { validation.add("is wrong") }
        }
    }

    private func mistakes(_ value: some Validatable) -> [String] {
        var validation = Validation()
        value.validate(&validation)
        return validation.mistakes.map { "\($0.pointer) \($0.detail)" }
    }

    @Test("collects all mistakes, with the way to each (RFC 6901)")
    func pointers() {
        #expect(mistakes(Item(name: "a", parts: [Item(name: "b")])) == [])
        let inner = Item(name: "", parts: [Item(name: "whole"), Item(name: "~/")])
        let item = Item(name: "", parts: [Item(name: "b"), inner])
        #expect(
            mistakes(item) == [
                "/name must not be empty", "/parts/1/name must not be empty", "/parts/1/parts/0 is wrong",
                "/parts/1/parts/1/a~1b~0/c is odd",
            ]
        )
        #expect(mistakes([Item(name: "a"), Item(name: "")]) == ["/1/name must not be empty"])
        #expect(mistakes(Optional(Item(name: ""))) == ["/name must not be empty"])
        #expect(mistakes(Item?.none) == [])
        #expect(InputMistake(at: [.name("a"), .index(0)], "is b").description == "/a/0 is b")
        #expect(InputMistake("is b").description == "is b" && InputMistake("is b").field == "")
    }

    @Test("is bounded")
    func bounds() {
        let found = mistakes([Item](repeating: Item(name: ""), count: 1_000))
        #expect(found.count == Validation.maximumMistakes && found.last == "/99/name must not be empty")
        var validation = Validation()
        for _ in 0..<200 { validation.add("is wrong") }
        #expect(validation.mistakes.count == 100 && validation.isFull)
    }

    @Test("throws what handlers find themselves")
    func handlers() throws {
        var validation = Validation()
        try validation.check()
        validation.require(true, "is taken", at: "name")
        try validation.check()
        validation.require(false, "is taken", at: "name")
        validation.add("is odd")
        let error = #expect(throws: InputError.self) { try validation.check() }
        #expect(error?.description == "The content is not valid: /name is taken; is odd.")
        #expect(error?.answer.status == .unprocessableContent)
        let form = InputError(validation.mistakes, in: .form)
        #expect(form.description == "The content is not valid: name is taken; is odd.")
        #expect(InputError(validation.mistakes, in: .query).answer.message.hasPrefix("The query is not valid: "))
    }
}
