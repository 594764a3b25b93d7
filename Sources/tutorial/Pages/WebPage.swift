import Martlet

/// A self-contained page, with its style and its script.
struct WebPage: Sendable {
    var title: String
    var style: HTML = ""
    var script: HTML?
    var body: HTML

    /// The document. The browser uses only the style and the script with this `nonce`.
    func document(nonce: String) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title)</title>
        <link rel="icon" href="\(Bird.icon)">
        <style nonce="\(nonce)">
        \(Stylesheet.common)
        \(style)
        </style>
        </head>
        <body>
        \(body)
        \(script.map { ["<script nonce=\"\(nonce)\">\n\($0)\n</script>"] } ?? [])
        </body>
        </html>

        """
    }

    /// The browser's rights for the page (W3C Content Security Policy): no more than the page itself needs.
    static func securityPolicy(nonce: String) -> String {
        """
        default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; connect-src 'self'; \
        img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'
        """
    }
}

extension HTTPServerResponse {
    /// Sends a page and ends the response.
    func end(_ page: WebPage) async throws {
        // A new nonce for each response, so that an attacker who injects HTML into a page cannot know it.
        let nonce = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        headers.contentType = .html
        headers[.contentSecurityPolicy] = WebPage.securityPolicy(nonce: nonce)
        // The page's own server gets the referrer of its forms; other servers get none.
        headers[.referrerPolicy] = "same-origin"
        try await end(page.document(nonce: nonce).description)
    }
}
