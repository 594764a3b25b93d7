import HTTPTypes
import Martlet

/// An error as a page and as a problem report.
struct ErrorPage {
    private let status: HTTPResponse.Status
    private let title: String
    private let detail: String?

    init(_ error: HTTPError) {
        status = error.status
        title = error.status.reasonPhrase.isEmpty ? "Error \(error.status.code)" : error.status.reasonPhrase
        detail = error.message.isEmpty || error.message == title ? nil : error.message
    }

    /// The page. It needs no script and loads nothing.
    var html: String {
        let title = Markup.escape(title)
        let detail = detail.map { "\n<p>\(Markup.escape($0))</p>" } ?? ""
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(status.code) \(title)</title>
            <style>
            :root { color-scheme: light dark; --paper: #f6f3ec; --ink: #1b2436; --soft: #59627a; --gold: #9a6a08; }
            @media (prefers-color-scheme: dark) {
              :root { --paper: #0f141e; --ink: #e9e6de; --soft: #a3acbf; --gold: #e8bd5e; }
            }
            body {
              margin: 0; min-height: 100vh; box-sizing: border-box; padding: 2rem; display: grid;
              place-content: center; text-align: center; background: var(--paper); color: var(--ink);
              font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
            }
            strong {
              color: var(--gold); font: 600 clamp(4rem, 18vw, 8rem)/1 "Iowan Old Style", Palatino, Georgia, serif;
            }
            h1 { margin: .25rem 0 0; font-size: 1.5rem; text-wrap: balance; }
            p { margin: .5rem auto 0; max-width: 36rem; color: var(--soft); overflow-wrap: anywhere; }
            </style>
            </head>
            <body>
            <main>
            <strong>\(status.code)</strong>
            <h1>\(title)</h1>\(detail)
            </main>
            </body>
            </html>

            """
    }

    /// The problem report (RFC 9457).
    var json: String {
        let detail = detail.map { ",\"detail\":\(Markup.jsonString($0))" } ?? ""
        return "{\"title\":\(Markup.jsonString(title)),\"status\":\(status.code)\(detail)}"
    }
}
