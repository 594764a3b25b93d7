import HTTPWire
import Testing

struct HostNameTests {
    @Test(
        "Two texts of one name have one form",
        arguments: [
            ("example.com", "example.com"), ("Example.COM.", "example.com"), ("EXAMPLE.com", "example.com"),
            ("example.com..", "example.com."), ("localhost.", "localhost"), (".", ""), ("", ""),
            ("127.0.0.1.", "127.0.0.1"), ("fe80::1%eth0", "fe80::1%eth0"),
            // Letters beyond ASCII are bytes, and a dot at the end is one where a text sees a part of a character in it.
            ("\u{C4}.test", "\u{C4}.test"), ("a\u{600}.", "a\u{600}"),
        ]
    )
    func normalized(name: String, form: String) {
        #expect(HostName.normalized(name).utf8.elementsEqual(form.utf8))
    }
}
