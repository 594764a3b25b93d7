import Testing

@testable import tutorial

/// How exchanges look on the page, by literals.
struct WireCardTests {
    private func html(_ exchange: WireExchange) -> String {
        WireCard(entry: WireLog.Entry(number: 7, exchange: exchange)).html.description
    }

    @Test func escapesWhatClientsSend() {
        let html = html(
            WireExchange(
                version: .http1,
                request: WireMessage(
                    head: "GET /<script>?token=<left out> HTTP/1.1\nCookie: a=<left out>\n\n",
                    content: .text("<b>&\"'"),
                    contentBytes: 6,
                    isComplete: true
                ),
                note: "<i>"
            )
        )
        #expect(html.contains("<span class=\"number\">7</span> GET /&lt;script&gt;?token=&lt;left out&gt;</h2>"))
        #expect(
            html.contains(
                "<code>GET /&lt;script&gt;?token=<i>&lt;left out&gt;</i> HTTP/1.1\nCookie: a=<i>&lt;left out&gt;</i></code></pre>"
            )
        )
        #expect(html.contains("<code>&lt;b&gt;&amp;&quot;"))
        #expect(html.contains("<p class=\"note\">6 bytes of content</p>"))
        #expect(html.contains("<p class=\"note\">&lt;i&gt;</p>"))
        #expect(html.contains("<p class=\"note\">Nothing yet.</p>"))
    }

    @Test func saysWhatIsNotShown() {
        let html = html(
            WireExchange(
                version: .http2,
                request: WireMessage(
                    head: ":method: GET\n:path: /a\n\n",
                    frames: ["HEADERS (stream 1)", "DATA (900 bytes)"],
                    content: .text("abc"),
                    contentBytes: 900,
                    isCut: true
                ),
                response: WireMessage(
                    head: ":status: 200\n\n",
                    content: .omitted("Compressed: gzip"),
                    contentBytes: 5,
                    isComplete: true
                )
            )
        )
        #expect(html.contains("</span> GET /a</h2>"))
        #expect(html.contains("<p class=\"frames\">HEADERS (stream 1), DATA (900 bytes)</p>"))
        #expect(html.contains("<p class=\"note\">The first 512 of 900 bytes of content, and more to come</p>"))
        #expect(html.contains("<p class=\"note\">5 bytes of content. Compressed: gzip.</p>"))
    }
}
