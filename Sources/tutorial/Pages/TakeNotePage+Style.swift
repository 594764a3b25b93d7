extension TakeNotePage {
    static let style: HTML = """
        body { max-width: 60rem; }
        header { display: grid; gap: .8rem; margin-bottom: clamp(1.5rem, 4vw, 2.5rem); }
        main { display: grid; gap: clamp(1.75rem, 4vw, 2.75rem); }
        label { font-weight: 600; }
        input {
          min-width: 0; min-height: 2.9rem; padding: .4rem .9rem; border-radius: .7rem;
          border: 1px solid var(--line); background: var(--well); color: var(--ink); font: inherit;
        }
        input::placeholder { color: var(--soft); opacity: .75; }
        button {
          min-height: 2.9rem; padding: .4rem 1.3rem; border: 0; border-radius: 2rem; cursor: pointer;
          background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; white-space: nowrap;
        }
        button:hover { filter: brightness(1.1); }
        #take { display: grid; gap: .6rem; }
        .row { display: flex; flex-wrap: wrap; gap: .7rem; }
        #note_entry { flex: 99 1 16rem; font: 1.3rem/1.4 var(--serif); }
        .row button { flex: 1 0 auto; }
        #complaint { color: var(--alarm); font-weight: 600; }
        #complaint:empty, #display_note:empty { display: none; }
        .bar { display: flex; flex-wrap: wrap; align-items: baseline; gap: .4rem 1rem; margin-bottom: 1rem; }
        h2 { font-size: 1.7rem; }
        #display_how_many_notes { color: var(--soft); flex: 1 1 auto; }
        #find { display: flex; align-items: center; gap: .6rem; }
        #find label { color: var(--soft); font-weight: 400; font-size: .95rem; }
        #find input { width: 5rem; min-height: 2.75rem; text-align: center; }
        #find button { min-height: 2.75rem; background: var(--well); color: var(--accent); border: 1px solid var(--line); }
        #display_note {
          margin-bottom: 1rem; padding: .8rem 1.2rem; border-left: 4px solid var(--gold); background: var(--well);
          border-radius: 0 .7rem .7rem 0; font: 1.25rem/1.4 var(--serif); overflow-wrap: anywhere;
        }
        #notes {
          list-style: none; margin: 0; padding: 0;
          display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13.5rem), 1fr));
        }
        #notes li {
          display: flex; flex-direction: column; justify-content: space-between; min-height: 7rem; padding: 1.1rem 1.2rem;
          background: var(--slip); border-radius: .2rem; box-shadow: var(--lift); overflow-wrap: anywhere;
        }
        #notes li p { font: 1.2rem/1.4 var(--serif); }
        #notes li::after {
          content: attr(value); align-self: end; color: var(--gold); font: 600 .8rem/1 var(--mono);
        }
        :root { --alarm: #a4262c; --slip: #fff6d6; --lift: 0 1px 2px rgb(60 40 0 / .12), 0 6px 14px rgb(60 40 0 / .09); }
        @media (prefers-color-scheme: dark) {
          :root { --alarm: #ff9d96; --slip: #2e2b20; --lift: none; }
        }
        @media (prefers-reduced-motion: no-preference) {
          #notes li { transition: transform .2s; }
          #notes li:nth-child(3n + 1) { transform: rotate(-.7deg); }
          #notes li:nth-child(3n) { transform: rotate(.6deg); }
          #notes li:hover { transform: none; }
          #notes li.new { animation: land .45s ease-out; }
          @keyframes land { from { transform: translateY(-1.5rem) rotate(3deg); opacity: 0; } }
        }
        """
}
