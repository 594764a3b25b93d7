/// The page of number-thinker: a form with a button for each number, and the result of the last guess.
struct MakeAGuessPage {
    /// The last guess; nil if there is none.
    var guess: String?
    /// Whether it was right.
    var isRight = false

    var page: WebPage {
        WebPage(
            title: guess == nil ? "Make a guess" : isRight ? "Right! – Make a guess" : "Wrong – Make a guess",
            style: Self.style,
            body: """
                <main class="card \(isRight ? "right" : "")">
                \(Bird.picture)
                <h1>\(headline)</h1>
                <p class="lead">\(explanation)</p>
                <form action="/" method="GET">
                <fieldset>
                <legend>Guess a number</legend>
                \((0...9).map(button))
                </fieldset>
                </form>
                </main>
                """
        )
    }

    private var headline: HTML {
        guard let guess else { return "Make a guess" }
        return isRight ? "Yes, it was \(guess)!" : "No, it isn’t \(shortened(guess))"
    }

    private var explanation: HTML {
        guard guess != nil else { return "I’m thinking of a number from 0 to 9. Which one is it?" }
        return isRight ? "I’m thinking of another number. Can you find that one too?" : "Have another try."
    }

    /// A button sends the form with its own name and value: `/?q=7`.
    private func button(for number: Int) -> HTML {
        let wasLast = !isRight && guess == "\(number)"
        return """
            <button name="q" value="\(number)"\(wasLast ? [" class=\"last\" aria-describedby=\"last\""] : [])>\
            \(number)\(wasLast ? ["<span id=\"last\" hidden>your last guess</span>"] : [])</button>
            """
    }

    /// A guess that was typed into the address bar can be long.
    private func shortened(_ text: String) -> String {
        text.count > 24 ? "\(text.prefix(24))…" : text
    }

    private static let style: HTML = """
        body { min-height: 100vh; min-height: 100svh; display: grid; place-items: center; }
        main.card {
          width: 100%; max-width: 34rem; padding: clamp(1.5rem, 6vw, 3rem);
          display: grid; gap: .9rem; justify-items: center; text-align: center;
        }
        h1 { overflow-wrap: anywhere; }
        form { width: 100%; }
        fieldset {
          margin: 0; padding: 0; border: 0; min-width: 0;
          display: grid; grid-template-columns: repeat(5, 1fr); gap: clamp(.45rem, 2vw, .8rem);
        }
        legend { padding: 0; margin: 0 auto .8rem; color: var(--soft); font-weight: 600; }
        button {
          aspect-ratio: 1; min-height: 2.75rem; border-radius: .8rem; cursor: pointer;
          border: 1px solid var(--line); background: var(--well); color: var(--ink);
          font: 600 clamp(1.3rem, 6vw, 1.9rem)/1 var(--serif); font-variant-numeric: lining-nums;
        }
        button:hover { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
        button.last { text-decoration: line-through; color: var(--soft); border-style: dashed; }
        button.last:hover { color: var(--on-accent); }
        .right { border-color: var(--gold); }
        @media (prefers-reduced-motion: no-preference) {
          button { transition: background-color .15s, color .15s, transform .15s; }
          button:active { transform: scale(.94); }
          .right .bird { animation: fly .9s ease-out; }
          @keyframes fly { from { transform: translate(-5rem, 2.5rem) rotate(-14deg); opacity: 0; } }
        }
        """
}
