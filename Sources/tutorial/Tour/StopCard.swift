import Martlet

/// The card of one program on the home page.
struct StopCard {
    let stop: TourStop
    /// The host of the browser's request: the programs are reachable at the same host as the home page.
    let host: Authority?

    var html: HTML {
        let guide = stop.guide
        return """
            <li class="card">
            <div class="title"><h2>\(title)</h2><span class="port">port \(stop.server.port)</span></div>
            <p>\(guide.summary)</p>
            <p class="lesson">\(guide.lesson)</p>
            <p><a class="open" href="\(url)\(guide.path.dropFirst())">\(guide.linkText)\
            <span class="hidden">: \(title)</span></a></p>
            <pre tabindex="0" aria-label="Try it in a terminal"><code>\(guide.curl(url))</code></pre>
            \(figures)
            <p class="source">Source <code>Programs/\(guide.sourceFile)</code></p>
            </li>

            """
    }

    private var title: String {
        let words = stop.guide.name.split(separator: "-").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private var url: String {
        guard let host, let authority = Authority(host: host.host, port: stop.server.port) else {
            return stop.server.url
        }
        return "\(stop.server.url.prefix { $0 != ":" })://\(authority)/"
    }

    private var figures: HTML {
        let figures = stop.figures
        return """
            <dl>
            \(figure("requests", "requests", figures.requests))
            \(figure("total", "connections", figures.total))
            \(figure("active", "active", figures.active))
            \(figure("idle", "idle", figures.idle))
            </dl>
            """
    }

    private func figure(_ key: String, _ label: String, _ value: Int) -> HTML {
        """
        <div><dt>\(label)</dt><dd id="\(stop.guide.name).\(key)">\(value)</dd></div>
        """
    }
}
