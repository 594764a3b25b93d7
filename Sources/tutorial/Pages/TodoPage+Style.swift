extension TodoPage {
    static let style: HTML = """
        body { max-width: 46rem; }
        header { display: grid; gap: .8rem; margin-bottom: clamp(1.5rem, 4vw, 2.5rem); }
        main { display: grid; gap: 1.5rem; }
        [hidden] { display: none !important; }
        form { display: grid; gap: .6rem; }
        form label { font-weight: 600; }
        .row { display: flex; flex-wrap: wrap; gap: .7rem; }
        .row input {
          flex: 99 1 14rem; min-width: 0; min-height: 2.9rem; padding: .4rem .9rem; border-radius: .7rem;
          border: 1px solid var(--line); background: var(--well); color: var(--ink); font: inherit;
        }
        .row input::placeholder { color: var(--soft); opacity: .75; }
        .row button {
          flex: 1 0 auto; min-height: 2.9rem; padding: .4rem 1.3rem; border: 0; border-radius: 2rem; cursor: pointer;
          background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600;
        }
        #complaint { color: var(--alarm); font-weight: 600; }
        #complaint:empty { display: none; }
        .bar { display: flex; flex-wrap: wrap; align-items: baseline; gap: .4rem 1rem; margin-bottom: .8rem; }
        h2 { font-size: 1.7rem; }
        #status { color: var(--soft); }
        #todos { list-style: none; margin: 0; padding: 0; display: grid; }
        #todos li {
          display: flex; align-items: center; gap: .8rem; padding: .6rem .2rem; border-bottom: 1px solid var(--line);
        }
        #todos label { flex: 1 1 auto; display: flex; align-items: center; gap: .8rem; min-width: 0; min-height: 2.75rem; }
        #todos label span { overflow-wrap: anywhere; }
        #todos input { width: 1.3rem; height: 1.3rem; flex: none; accent-color: var(--accent); }
        #todos small { color: var(--soft); }
        #todos li button {
          border: 1px solid var(--line); border-radius: 2rem; background: none; color: var(--soft); font: inherit;
          font-size: .85rem; min-height: 2.75rem; padding: .3rem .8rem; cursor: pointer;
        }
        #todos .done span { color: var(--soft); text-decoration: line-through; }
        :root { --alarm: #a4262c; }
        @media (prefers-color-scheme: dark) { :root { --alarm: #ff9d96; } }
        """
}
