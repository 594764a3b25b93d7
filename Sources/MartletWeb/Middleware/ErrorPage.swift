import HTTPTypes
import Martlet

/// An error as a page.
struct ErrorPage {
    private let status: HTTPResponse.Status
    private let title: String
    private let detail: String?

    /// - Parameter title: The kind of error in a few words; nil for the reason phrase of the status.
    init(_ error: HTTPError, title: String? = nil) {
        status = error.status
        self.title = title ?? Self.title(of: error.status)
        detail = error.message.isEmpty || error.message == self.title ? nil : error.message
    }

    private static func title(of status: HTTPResponse.Status) -> String {
        status.reasonPhrase.isEmpty ? "Error \(status.code)" : status.reasonPhrase
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
}
