/// The page that mini-file-server serves if it is given no file.
enum IndexPage {
    static let page = WebPage(
        title: "Mini file server",
        style: style,
        body: """
            <main class="card">
            \(Bird.picture)
            <h1>It works.</h1>
            <p class="lead">You asked, and this page is the answer. Ask for <a href="/anything/else">anything else</a>
            and you will get it again: the mini file server has one page, and serves it gladly.</p>
            <p>To serve a page of your own, start the server with its name. It is read anew for every request, so
            change it, reload, and see.</p>
            <pre><code>tutorial mini-file-server --file index.html</code></pre>
            </main>
            """
    )

    private static let style: HTML = """
        body { min-height: 100vh; min-height: 100svh; display: grid; place-items: center; }
        main.card { display: grid; gap: 1.25rem; max-width: 42rem; padding: clamp(1.5rem, 5vw, 3rem); }
        pre {
          margin: 0; padding: .9rem 1rem; background: var(--well); border-radius: .6rem;
          white-space: pre-wrap; overflow-wrap: anywhere;
        }
        """
}
