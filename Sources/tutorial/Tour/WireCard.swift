/// An exchange on a page: what the client and the server have sent, side by side.
struct WireCard {
    let entry: WireLog.Entry

    var html: HTML {
        let exchange = entry.exchange
        return """
            <article id="exchange-\(entry.number)" class="card" aria-labelledby="title-\(entry.number)">
            <h2 id="title-\(entry.number)"><span class="number">\(entry.number)</span> \(title)</h2>
            <div class="sides">
            \(side("Client", exchange.request))
            \(side("Server", exchange.response))
            </div>
            \(exchange.note.map { ["<p class=\"note\">\($0)</p>"] } ?? [])
            </article>

            """
    }

    /// The request in a few words.
    private var title: String {
        let lines = entry.exchange.request.head.split(separator: "\n")
        let title: String
        switch entry.exchange.version {
        case .http1:
            let line = lines.first ?? ""
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            title = (words.last?.hasPrefix("HTTP/") == true ? words.dropLast() : words[...]).joined(separator: " ")
        case .http2:
            title = [":method: ", ":path: "].compactMap { name in
                lines.first { $0.hasPrefix(name) }?.dropFirst(name.count)
            }.joined(separator: " ")
        }
        return title.count > 100 ? title.prefix(100) + "…" : title
    }

    private func side(_ sender: String, _ message: WireMessage) -> HTML {
        let frames = message.frames.joined(separator: ", ")
        return """
            <section>
            <h3>\(sender)</h3>
            \(frames.isEmpty ? [] : ["<p class=\"frames\">\(frames)</p>"])
            \(head(message))
            \(content(message))
            </section>
            """
    }

    private func head(_ message: WireMessage) -> HTML {
        guard !message.head.isEmpty else { return "<p class=\"note\">Nothing yet.</p>" }
        // The empty line that ends the head is seen as the distance to the content.
        return "<pre tabindex=\"0\"><code>\(marked(message.head[...].trimmingSuffix { $0.isNewline }))</code></pre>"
    }

    private func content(_ message: WireMessage) -> HTML {
        guard message.contentBytes > 0 else { return "" }
        let size = "\(message.contentBytes) bytes of content"
        switch message.content {
        case .none:
            return "<p class=\"note\">\(size)</p>"
        case .omitted(let reason):
            return "<p class=\"note\">\(size). \(reason).</p>"
        case .text(let text):
            let note = message.isCut ? "The first \(WireMessageRecorder.contentLimit) of \(size)" : size
            return """
                <pre tabindex="0" class="content"><code>\(marked(text[...]))</code></pre>
                <p class="note">\(note)\(message.isComplete ? "" : ", and more to come")</p>
                """
        }
    }

    /// The text, with what stands in the place of secrets made to be seen as such.
    private func marked(_ text: Substring) -> HTML {
        let pieces = text.split(separator: SecretFilter.replacement, omittingEmptySubsequences: false)
        var html: HTML = "\(pieces.first ?? "")"
        for piece in pieces.dropFirst() {
            html = "\(html)<i>\(SecretFilter.replacement)</i>\(piece)"
        }
        return html
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var text = self
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}
