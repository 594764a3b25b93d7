/// How the pages of the tour follow what happens.
enum LiveScript {
    /// `follow(show)` calls `show` with what the server sends each second while the page is visible; what it returns, or
    /// that the tour has stopped, is said in the place for it.
    static let text: HTML = """
        const status = document.getElementById('status');
        function say(note) {
          if (status.textContent !== note) status.textContent = note;
        }
        function follow(show) {
          let events;
          function look() {
            events?.close();
            if (document.hidden) return;
            events = new EventSource('/events');
            events.addEventListener('figures', async event => {
              try {
                say(await show(JSON.parse(event.data)));
              } catch {
                say(status.dataset.stopped);
              }
            });
            events.addEventListener('error', () => say(status.dataset.stopped));
          }
          document.addEventListener('visibilitychange', look);
          look();
        }
        """
}
