extension HomePage {
    static let style: HTML = """
        header { display: grid; gap: .8rem; margin-bottom: clamp(1.75rem, 5vw, 3rem); }
        .stops {
          list-style: none; margin: 0; padding: 0;
          display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
        }
        .stops > li { display: grid; gap: .8rem; align-content: start; justify-items: start; min-width: 0; }
        .stops > li > * { width: 100%; }
        @supports (grid-template-rows: subgrid) {
          /* The parts of neighbouring cards stand on the same lines. */
          .stops > li { grid-row: span 7; grid-template-rows: subgrid; }
        }
        .title { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .2rem 1rem; }
        h2 { font-size: 1.5rem; }
        .port { color: var(--gold); font: 600 .85rem/1 var(--mono); white-space: nowrap; }
        .lesson { color: var(--soft); }
        .open {
          display: inline-block; padding: .55rem 1.1rem; border-radius: 2rem;
          background: var(--accent); color: var(--on-accent); font-weight: 600; text-decoration: none;
        }
        .open:hover { text-decoration: underline; }
        pre {
          margin: 0; padding: .8rem 1rem; background: var(--well); border-radius: .6rem;
          white-space: pre-wrap; overflow-wrap: anywhere;
        }
        pre code { user-select: all; -webkit-user-select: all; }
        pre code::before { content: "$ "; color: var(--gold); }
        .links { display: flex; flex-wrap: wrap; gap: .6rem; }
        .wire {
          display: inline-block; padding: calc(.55rem - 1px) 1.1rem; border: 1px solid var(--line); border-radius: 2rem;
          font-weight: 600; text-decoration: none;
        }
        .wire:hover { text-decoration: underline; }
        .figures { align-self: end; }
        .spark { display: block; width: 100%; height: 2.2rem; border-bottom: 1px solid var(--line); fill: var(--gold); }
        dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem; margin: .6rem 0 0; }
        dl div { display: flex; flex-direction: column-reverse; justify-content: flex-end; min-width: 0; }
        dt { color: var(--soft); font-size: .8rem; }
        dd {
          margin: 0; font: 600 1.35rem/1.2 var(--serif); font-variant-numeric: tabular-nums lining-nums;
          white-space: nowrap;
        }
        .source { color: var(--soft); font-size: .9rem; border-top: 1px solid var(--line); padding-top: .8rem; }
        .source code { overflow-wrap: anywhere; }
        footer { display: grid; gap: .5rem; margin-top: 2rem; color: var(--soft); font-size: .95rem; }
        .hidden {
          position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
        }
        @media (prefers-reduced-motion: no-preference) {
          dd.changed { animation: changed 1s ease-out; }
          @keyframes changed { from { color: var(--gold); } }
        }
        """
}
