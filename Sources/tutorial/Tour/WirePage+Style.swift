extension WirePage {
    static let style: HTML = """
        header { display: grid; gap: .9rem; margin-bottom: clamp(1.5rem, 4vw, 2.5rem); justify-items: start; }
        header pre { width: 100%; }
        main { display: grid; gap: 1.25rem; }
        article { display: grid; gap: .9rem; min-width: 0; }
        h2 { font: 600 1.1rem/1.4 var(--mono); overflow-wrap: anywhere; text-wrap: wrap; }
        .number { color: var(--gold); margin-right: .4rem; }
        h3 { margin: 0; font-size: .85rem; font-weight: 600; color: var(--soft); }
        .sides { display: grid; gap: 1rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
        section { display: grid; gap: .5rem; align-content: start; min-width: 0; }
        pre {
          margin: 0; padding: .8rem 1rem; background: var(--well); border-radius: .6rem;
          white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem;
        }
        header pre code { user-select: all; -webkit-user-select: all; }
        header pre code::before { content: "$ "; color: var(--gold); }
        pre.content { border-left: 3px solid var(--line); border-radius: 0 .6rem .6rem 0; }
        pre i { color: var(--gold); }
        .note, .frames { color: var(--soft); font-size: .85rem; }
        .frames { font-family: var(--mono); }
        .open {
          display: inline-block; padding: .55rem 1.1rem; border-radius: 2rem;
          background: var(--accent); color: var(--on-accent); font-weight: 600; text-decoration: none;
        }
        .open:hover { text-decoration: underline; }
        footer { display: grid; gap: .5rem; margin-top: 2rem; color: var(--soft); font-size: .95rem; }
        """
}
