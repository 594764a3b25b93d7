extension WirePage {
    /// Loads the page again when something has been exchanged, and takes over the cards that are new or have changed; the
    /// others stay as they are, with what is selected in them.
    static let script: HTML = """
        \(LiveScript.text)
        const exchanges = document.getElementById('exchanges');
        let known;
        follow(async figures => {
          const changes = figures[exchanges.dataset.wire];
          if (changes !== known) {
            const text = await (await fetch(location.href)).text();
            const cards = [...new DOMParser().parseFromString(text, 'text/html').querySelectorAll('#exchanges > *')];
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
