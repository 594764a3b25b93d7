extension WirePage {
    /// Loads the exchanges again when there is something new, and takes over the cards that are new or have changed; the
    /// others stay as they are, with what is selected in them.
    static let script: HTML = """
        \(LiveScript.text)
        const exchanges = document.getElementById('exchanges');
        let known;
        follow(async figures => {
          const program = exchanges.dataset.program;
          const changes = figures[`${program}.wire`];
          if (changes !== known) {
            const loaded = document.createElement('template');
            loaded.innerHTML = await (await fetch(`/wire/${program}/exchanges`)).text();
            const cards = [...loaded.content.children];
            for (const card of [...exchanges.children]) {
              if (!cards.some(other => other.id === card.id)) card.remove();
            }
            cards.forEach((card, place) => {
              const present = document.getElementById(card.id);
              if (!present) exchanges.insertBefore(card, exchanges.children[place] ?? null);
              else if (present.innerHTML !== card.innerHTML) present.replaceWith(card);
            });
            known = changes;
          }
          return 'The page is live.';
        });
        """
}
