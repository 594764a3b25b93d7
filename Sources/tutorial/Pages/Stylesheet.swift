/// The styles that the pages have in common.
enum Stylesheet {
    /// Colours for light and dark, type, and the parts that every page uses.
    static let common: HTML = """
        :root {
          color-scheme: light dark;
          --paper: #f6f3ec; --card: #fffdf8; --ink: #1b2436; --soft: #59627a; --line: #ddd6c6;
          --accent: #1d4d9e; --on-accent: #ffffff; --gold: #9a6a08; --well: #efeadf;
          --shadow: 0 1px 2px rgb(40 30 10 / .06), 0 8px 24px rgb(40 30 10 / .07);
          --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, serif;
          --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #0f141e; --card: #171e2c; --ink: #e9e6de; --soft: #a3acbf; --line: #2b3447;
            --accent: #9cc0ff; --on-accent: #0c1626; --gold: #e8bd5e; --well: #0f1520;
            --shadow: none;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body {
          margin: 0 auto; max-width: 72rem; padding: clamp(1.25rem, 4vw, 3.5rem) clamp(1rem, 4vw, 2.5rem);
          background: var(--paper); color: var(--ink);
          font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
        }
        h1, h2 { font-family: var(--serif); font-weight: 600; line-height: 1.15; text-wrap: balance; margin: 0; }
        h1 { font-size: clamp(2.1rem, 6vw, 3.4rem); letter-spacing: -.015em; }
        p { margin: 0; text-wrap: pretty; }
        a { color: var(--accent); text-underline-offset: .2em; }
        code, pre { font-family: var(--mono); font-size: .9em; }
        :focus-visible { outline: 3px solid var(--gold); outline-offset: 3px; border-radius: .25rem; }
        .bird { color: var(--gold); display: block; }
        .lead { color: var(--soft); font-size: 1.2rem; max-width: 44rem; text-wrap: balance; }
        .card {
          background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
          box-shadow: var(--shadow); padding: 1.5rem;
        }
        """
}
