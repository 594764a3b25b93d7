import Testing

@testable import tutorial

struct HTMLTests {
    @Test func escapesWhatIsInterpolated() {
        let name = "<b title='x'>&\"</b>"
        let html: HTML = "<p title=\"\(name)\">\(name)</p>"
        let escaped = "&lt;b title=&#39;x&#39;&gt;&amp;&quot;&lt;/b&gt;"
        #expect(html.description == "<p title=\"\(escaped)\">\(escaped)</p>")
    }

    @Test func leavesHTMLAlone() {
        let items: [HTML] = ["a<b", "c&d"].map { "<li>\($0)</li>" }
        let list: HTML = "<ul>\(items)</ul>\(3)"
        #expect(list.description == "<ul><li>a&lt;b</li><li>c&amp;d</li></ul>3")
    }
}
