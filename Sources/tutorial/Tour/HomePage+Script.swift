extension HomePage {
    /// Requests the figures every second while the page is visible. Without it the page is complete, but static.
    static let script: HTML = """
        const status = document.getElementById('status');
        async function refresh() {
          if (document.hidden) return;
          let note = 'The figures are live.';
          try {
            const figures = await (await fetch('/figures.json')).json();
            for (const [name, values] of Object.entries(figures)) {
              for (const [key, value] of Object.entries(values)) show(name + '.' + key, String(value));
            }
          } catch {
            note = status.dataset.stopped;
          }
          if (status.textContent !== note) status.textContent = note;
        }
        function show(id, value) {
          const figure = document.getElementById(id);
          if (!figure || figure.textContent === value) return;
          figure.textContent = value;
          figure.classList.remove('changed');
          requestAnimationFrame(() => figure.classList.add('changed'));
        }
        setInterval(refresh, 1000);
        refresh();
        """
}
