import Martlet

/// The card of one program on the home page.
struct StopCard {
    let stop: TourStop
    /// The host of the browser's request.
    let host: Authority?

    var html: HTML {
        let guide = stop.guide
        let url = StopURL(stop: stop, host: host).text
        return """
            <li class="card">
            <div class="title"><h2>\(guide.title)</h2><span class="port">port \(stop.server.port)</span></div>
            <p>\(guide.summary)</p>
            <p class="lesson">\(guide.lesson)</p>
            <p class="links"><a class="open" href="\(url)\(guide.path.dropFirst())">\(guide.linkText)\
            <span class="hidden">: \(guide.title)</span></a>\(wireLink)</p>
            <pre tabindex="0" aria-label="Try it in a terminal"><code>\(guide.curl(url))</code></pre>
            \(figures)
            <p class="source">Source <code>Programs/\(guide.sourceFile)</code></p>
            </li>

            """
    }

    private var wireLink: HTML {
        guard stop.wire != nil else { return "" }
        return """
            <a class="wire" href="/wire/\(stop.guide.name)">On the wire<span class="hidden">: \(stop.guide.title)</span></a>
            """
    }

    private var figures: HTML {
        let figures = stop.figures
        let chart = Sparkline(values: figures.perSecond)
        return """
            <div class="figures">
            \(chart.picture(id: "\(stop.guide.name).spark", label: "Requests in each second of the last minute"))
            <dl>
            \(figures.shown.map { figure($0.key, $0.label, $0.text) })
            </dl>
            </div>
            """
    }

    private func figure(_ key: String, _ label: String, _ text: String) -> HTML {
        """
        <div><dt>\(label)</dt><dd id="\(stop.guide.name).\(key)">\(text)</dd></div>

        """
    }
}
