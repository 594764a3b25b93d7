import Martlet

/// The home page of the tour, and the figures that it keeps up to date.
struct HomePage: RequestHandler {
    let stops: [TourStop]

    func handle(_ request: HTTPServerRequest) async throws {
        guard request.method == .get || request.method == .head else {
            throw HTTPError(
                refusing: request.method,
                allowed: [.get, .head],
                "Unsupported request: \(request.method)."
            )
        }
        let response = request.response
        response.headers[.cacheControl] = "no-store"
        switch request.url.path {
        case "/":
            try await response.end(page(for: request))
        case "/figures.json":
            let figures = stops.map { ($0.guide.name, $0.figures) }
            try await response.end(json: Dictionary(figures) { first, _ in first })
        default:
            throw HTTPError(.notFound, "There is no \(request.url.path) here. The tour starts at /.")
        }
    }

    private func page(for request: HTTPServerRequest) -> WebPage {
        WebPage(
            title: "The Martlet tour",
            style: Self.style,
            script: Self.script,
            body: """
                <header>
                \(Bird.picture)
                <h1>The Martlet tour</h1>
                <p class="lead">These are the programs of the tutorial, all running now, in one process. Open one, ask
                it something from a terminal, then read its source: each is one short file.</p>
                </header>
                <main>
                <ol class="stops">
                \(stops.map { StopCard(stop: $0, host: request.headers.host).html })
                </ol>
                </main>
                <footer>
                <p id="status" role="status" data-stopped="The tour has stopped. Start it again, and reload.">Figures as
                of now; <a href="/">reload</a> for newer ones.</p>
                </footer>
                """
        )
    }
}
