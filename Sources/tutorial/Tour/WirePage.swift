/// The page that shows the last exchanges of a program as they went over the wire.
struct WirePage {
    let guide: ProgramGuide
    /// The URL of the program.
    let url: String
    /// The exchanges, the newest first.
    let entries: [WireLog.Entry]

    var page: WebPage {
        WebPage(
            title: "\(guide.title) on the wire",
            style: Self.style,
            script: Self.script,
            body: """
                <header>
                <p><a href="/">The Martlet tour</a></p>
                <h1>\(guide.title) on the wire</h1>
                <p class="lead">The last \(WireLog.capacity) requests and their responses, the newest first: each head
                as it was sent, and the first \(WireMessageRecorder.contentLimit) bytes of the content.</p>
                <p class="links"><a class="open" href="\(url)\(guide.path.dropFirst())">\(guide.linkText)</a></p>
                <pre tabindex="0" aria-label="Try it in a terminal"><code>\(guide.curl(url))</code></pre>
                </header>
                <main id="exchanges" data-program="\(guide.name)">
                \(exchanges)
                </main>
                <footer>
                <p>With HTTP/2 the fields are shown decompressed. Passwords, credentials, tokens and the values of
                cookies are left out, and content that is compressed or not text. It is all kept in memory only.</p>
                <p id="status" role="status" data-stopped="The tour has stopped. Start it again, and reload.">As of now;
                <a href="/wire/\(guide.name)">reload</a> for newer ones.</p>
                </footer>
                """
        )
    }

    /// The exchanges alone.
    var exchanges: HTML {
        guard !entries.isEmpty else {
            return """
                <p id="nothing" class="card">Nothing has been sent yet. Open the program, or try it in a terminal.</p>
                """
        }
        return "\(entries.map { WireCard(entry: $0).html })"
    }
}
