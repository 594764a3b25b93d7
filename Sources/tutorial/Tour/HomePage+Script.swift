extension HomePage {
    /// Shows the figures that the server sends each second while the page is visible. Without it the page is complete,
    /// but static.
    static let script: HTML = """
        \(LiveScript.text)
        follow(figures => {
          for (const [id, value] of Object.entries(figures)) {
            const place = document.getElementById(id);
            if (!place) continue;
            if (place instanceof SVGPathElement) {
              if (place.getAttribute('d') !== value) place.setAttribute('d', value);
            } else if (place.textContent !== value) {
              place.textContent = value;
              place.classList.remove('changed');
              requestAnimationFrame(() => place.classList.add('changed'));
            }
          }
          return 'The figures are live.';
        });
        """
}
