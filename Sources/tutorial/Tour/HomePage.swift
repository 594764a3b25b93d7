import Martlet
import MartletWeb

/// The home page of the tour, and the figures that it keeps up to date.
struct HomePage {
    let stops: [TourStop]

    var router: Router {
        var router = Router()
        router.get("/") { request in
            request.response.headers[.cacheControl] = "no-store"
            try await request.response.end(page(for: request))
        }
        router.get("/figures.json") { request in
            request.response.headers[.cacheControl] = "no-store"
            let figures = stops.map { ($0.guide.name, $0.figures) }
            try await request.response.end(json: Dictionary(figures) { first, _ in first })
        }
        return router
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
