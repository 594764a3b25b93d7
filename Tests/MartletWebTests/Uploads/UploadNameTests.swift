import Testing

@testable import MartletWeb

@Suite("Names for uploaded files")
struct UploadNameTests {
    @Test(arguments: [
        ("a.txt", "a.txt"), ("Übung 1.pdf", "Übung 1.pdf"), ("a b;c'\"&<>.txt", "a b;c'\"&<>.txt"),
        ("日本.txt", "日本.txt"),
        ("../../etc/passwd", "passwd"), ("/etc/passwd", "passwd"), ("C:\\Users\\me\\a.txt", "a.txt"),
        ("..\\..\\a", "a"), (".bashrc", "bashrc"), ("..", "upload"), (".", "upload"), ("", "upload"), ("/", "upload"),
        ("a/..", "upload"), (" . a . ", "a"), ("a\u{0}b\nc\u{7F}", "a_b_c_"), ("a\u{202E}txt.exe", "a_txt.exe"),
        ("a.", "a"), ("a/", "a"), ("...a...b...", "a...b"),
    ])
    func `are safe`(_ fileName: String, _ name: String) {
        #expect(UploadName(fileName).text == name)
    }

    @Test func `are not too long, and keep what kind of file they tell`() {
        let long = UploadName(String(repeating: "ü", count: 300) + ".jpeg").text
        #expect(long.hasPrefix("üü") && long.hasSuffix("ü.jpeg"))
        #expect(230...240 ~= long.utf8.count)
        #expect(UploadName("a." + String(repeating: "x", count: 300)).text.utf8.count <= 240)
    }

    @Test func `get a number before the dot`() {
        #expect(UploadName("a.tar.gz").numbered(2).text == "a.tar (2).gz")
        #expect(UploadName("a").numbered(10).text == "a (10)")
    }
}
