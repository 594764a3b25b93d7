import Martlet
import TestBrowser
import TestProcesses
import Testing

/// Note-server's page, as people use it.
@Suite(.browser, .timeLimit(.minutes(5)))
struct TakeNotePageTests {
    /// The cards as the page has them.
    private static let cards =
        "return [...document.querySelectorAll('#notes li')].map(card => [card.value, card.innerText])"

    @Test func takesNotes() async throws {
        try await withProgram("note-server", "--port", "0") { program in
            let notes = ["Be yourself. Everyone else is taken.", "Grüße, 🐦 <script>", "Ask the swift how it sleeps."]
            for (index, note) in notes.enumerated() {
                let reply = try await program.curl("/", "--json", "{\"myNote\":\"\(note)\"}")
                #expect(reply.body == "You have \(index + 1) notes.\n")
            }
            try await Browser.withPage(program.url + "/take_note.html") { page in
                #expect(try await page.title == "Write a Note")
                #expect(try await page.text("#display_how_many_notes") == "You have 3 notes.")
                try await page.type("Sing. Dance. Play.", into: "#note_entry")
                try await page.click("#save_note")
                try await page.wait(for: "#display_how_many_notes", toSay: "You have 4 notes.")
                try await page.wait(for: "#notes li:first-child p", toSay: "Sing. Dance. Play.")
                #expect(try await page.find("#note_entry").property("value").string == "")
                try await page.type("1", into: "#choose_note")
                try await page.click("#get_note")
                try await page.wait(for: "#display_note", toSay: notes[1])
                try await page.screenshot("take-note")
                try await page.setPrefersDark(true)
                try await page.screenshot("take-note-dark")
                try await page.setScreen(width: 390, height: 844, isPhone: true)
                // Nothing sticks out at the side.
                try await page.wait(until: "document.documentElement.scrollWidth <= innerWidth")
                try await page.screenshot("take-note-phone-dark")
                try await page.setPrefersDark(false)
                try await page.screenshot("take-note-phone")

                // The server makes the same page.
                try await page.wait(until: "document.getAnimations().length === 0")
                let cards = try await page.run(Self.cards)
                try await page.reload()
                #expect(try await page.run(Self.cards) == cards)
                #expect(try await page.text("#display_how_many_notes") == "You have 4 notes.")
                #expect(try await page.problems == [])
            }
        }
    }

    @Test func saysWhatWentWrong() async throws {
        try await withProgram("note-server", "--port", "0") { program in
            try await Browser.withPage(program.url) { page in
                try await page.type("7", into: "#choose_note")
                try await page.click("#get_note")
                try await page.wait(for: "#complaint", toSay: "There is no note 7. You have 0 notes.")
                try await page.type(" ", into: "#note_entry")
                try await page.click("#save_note")
                try await page.wait(for: "#complaint", toSay: "The note is empty.")
                try await page.screenshot("take-note-complaint")

                try await page.setOffline(true)
                try await page.type("one", into: "#note_entry")
                try await page.click("#save_note")
                let complaint = "No server: start note-server again, and your note is saved."
                try await page.wait(for: "#complaint", toSay: complaint)
                // What was written is still there, to be sent again.
                #expect(try await page.find("#note_entry").property("value").string == " one")
                try await page.setOffline(false)
                try await page.click("#save_note")
                try await page.wait(for: "#display_how_many_notes", toSay: "You have 1 notes.")
                #expect(try await page.text("#complaint") == "")
            }
        }
    }

    @Test func worksWithoutScripts() async throws {
        try await withProgram("note-server", "--port", "0") { program in
            try await Browser.withPage(program.url) { page in
                try await page.setScripting(false)
                try await page.reload()
                try await page.type("one", into: "#note_entry")
                try await page.click("#save_note")
                #expect(try await page.text("#display_how_many_notes") == "You have 1 notes.")
                #expect(try await page.url == program.url + "/take_note.html")
                try await page.type("0", into: "#choose_note")
                try await page.click("#get_note")
                #expect(try await page.text("#display_note") == "one")
                try await page.type(" ", into: "#note_entry")
                try await page.click("#save_note")
                #expect(try await page.text("#complaint") == "The note is empty.")
            }
        }
    }

    @Test func otherOriginsAskFirst() async throws {
        let script = """
            return fetch(arguments[0], {
              method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(arguments[1]),
            }).then(answer => answer.text(), error => `refused: ${error.name}`)
            """
        try await withProgram("note-server", "--port", "0") { notes in
            let note = JSONValue.object(["myNote": .string("from elsewhere")])
            try await withProgram("hello-world-server", "--port", "0") { other in
                try await Browser.withPage(other.url) { page in
                    let answer = try await page.run(script, .string(notes.url), note)
                    #expect(answer == .string("You have 1 notes.\n"))
                }
            }
            // A page without an origin, as one from a file is.
            try await Browser.withPage("data:text/html,<h1>Elsewhere</h1>") { page in
                let answer = try await page.run(script, .string(notes.url), note)
                #expect(answer == .string("refused: TypeError"))
            }
            #expect(try await notes.curl("/", "--json", "{\"getNote\":1}").status == 404)
        }
    }
}
