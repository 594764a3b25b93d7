import Martlet
import MartletWeb

/// The home page of the tour, the pages that show the wire, and the figures that they keep up to date.
struct HomePage {
    let monitor: TourMonitor

    var router: Router {
        var router = Router()
        router.get("/") { request in
            request.response.headers[.cacheControl] = "no-store"
            try await request.response.end(page(for: request))
        }
        router.get("/wire/{program}") { request in
            let page = try wirePage(for: request).page
            request.response.headers[.cacheControl] = "no-store"
            try await request.response.end(page)
        }
        router.get("/wire/{program}/exchanges") { request in
            let exchanges = try wirePage(for: request).exchanges
            request.response.headers.contentType = .html
            request.response.headers[.cacheControl] = "no-store"
            request.response.headers[.contentSecurityPolicy] = "default-src 'none'"
            try await request.response.end(exchanges.description)
        }
        router.get("/events") { request in
            try await monitor.sendFigures(request)
        }
        router.get("/figures.json") { request in
            request.response.headers[.cacheControl] = "no-store"
            let figures = monitor.stops.map { ($0.guide.name, $0.figures) }
            try await request.response.end(json: Dictionary(figures) { first, _ in first })
        }
        router.get("/metrics") { request in
            request.response.headers[.cacheControl] = "no-store"
            request.response.headers[.contentType] = PrometheusText.contentType
            try await request.response.end(monitor.text)
        }
        return router
    }

    /// The page about the program that the path names.
    private func wirePage(for request: HTTPServerRequest) throws -> WirePage {
        let name = request.parameters["program"]
        guard let stop = monitor.stops.first(where: { $0.guide.name == name }), let wire = stop.wire else {
            throw HTTPError(.notFound)
        }
        let url = StopURL(stop: stop, host: request.headers.host).text
        return WirePage(guide: stop.guide, url: url, entries: wire.entries)
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
                it something from a terminal, see what went over the wire, then read its source: each is one short
                file.</p>
                </header>
                <main>
                <ol class="stops">
                \(monitor.stops.map { StopCard(stop: $0, host: request.headers.host).html })
                </ol>
                </main>
                <footer>
                <p>A second is the last one; p50, p95 and p99 are what 50, 95 and 99 % of the last minute’s requests took
                at most. The same figures <a href="/metrics">for Prometheus</a> and <a href="/figures.json">as JSON</a>.</p>
                <p id="status" role="status" data-stopped="The tour has stopped. Start it again, and reload.">Figures as
                of now; <a href="/">reload</a> for newer ones.</p>
                </footer>
                """
        )
    }
}
