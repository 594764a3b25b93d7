/// The page of note-server: a field for a note, a way to find one by its number, and the notes themselves.
///
/// Its script sends JSON without reloading the page. Without JavaScript its forms do the same, and the page is
/// reloaded.
struct TakeNotePage {
    /// The maximum number of characters in the field.
    private static let maximumCharacters = 100
    /// How many notes are shown, the newest ones.
    private static let shownCount = 60

    let notes: [String]
    /// The contents of the field.
    var draft = ""
    /// The requested number, and its note.
    var number = ""
    var note: String?
    /// The error message.
    var complaint = ""

    var page: WebPage {
        WebPage(
            title: "Write a Note",
            style: Self.style,
            script: Self.script,
            body: """
                <header>
                \(Bird.picture)
                <h1>Write a Note</h1>
                <p class="lead">Catch it before it flies away. It will still be here tomorrow.</p>
                </header>
                <main>
                <form id="take" class="card" action="/take_note.html" method="POST">
                <label for="note_entry">Your note</label>
                <div class="row">
                <input id="note_entry" name="myNote" maxlength="\(Self.maximumCharacters)" value="\(draft)" \
                placeholder="Sing. Dance. Play." autocomplete="off" required autofocus>
                <button id="save_note">Save Note</button>
                </div>
                <p id="complaint" role="alert">\(complaint)</p>
                </form>
                <section aria-labelledby="notes_title">
                <div class="bar">
                <h2 id="notes_title">Notes</h2>
                <p id="display_how_many_notes" role="status">\(count)</p>
                <form id="find" action="/take_note.html" method="GET">
                <label for="choose_note">Number</label>
                <input id="choose_note" name="getNote" inputmode="numeric" pattern="[0-9]*" maxlength="10" \
                value="\(number)" placeholder="0" autocomplete="off">
                <button id="get_note">Get Note</button>
                </form>
                </div>
                <p id="display_note" role="status">\(note ?? "")</p>
                <ol id="notes" reversed>
                \(cards)
                </ol>
                </section>
                </main>
                """
        )
    }

    private var count: String {
        notes.isEmpty ? "None yet: write the first one." : "You have \(notes.count) notes."
    }

    private var cards: [HTML] {
        notes.enumerated().suffix(Self.shownCount).reversed().map { number, note in
            "<li value=\"\(number)\"><p>\(note)</p></li>\n"
        }
    }
}
