import Testing

@testable import MartletCommand

@Suite("Files of names and passwords (.netrc)")
struct NetrcFileTests {
    private func entries(_ text: String) throws -> [NetrcFile.Entry] {
        try NetrcFile(text, path: "n").entries
    }

    @Test("Words may be on one line or on several, with comments and quotes")
    func words() throws {
        let han = NetrcFile.Entry(machine: "example.com", login: "han", password: "chewie")
        for text in [
            "machine example.com login han password chewie", "machine Example.COM\n\tlogin han\r\n  password chewie\n",
            "# all\nmachine example.com # one\nlogin\nhan\n#x\npassword chewie #machine b",
            "MACHINE example.com Password chewie LOGIN han", "machine example.com login \"han\" password \"chewie\"",
            "machine example.com account x login han account password password chewie",
            "machine example.com login luke login han password chewie",
        ] {
            #expect(try entries(text) == [han], "\(text)")
        }
        #expect(try entries("") == [])
        #expect(
            try entries(#"machine a login "h \"n" password "\\ \n\t\rx#" machine [::1] password a#b"c"#) == [
                .init(machine: "a", login: "h \"n", password: "\\ \n\t\rx#"),
                .init(machine: "::1", password: "a#b\"c"),
            ]
        )
    }

    @Test("Macros are left out, up to an empty line")
    func macros() throws {
        let text =
            "machine a login b\nmacdef init password x\nmachine c password d\n#\n\npassword e\ndefault login f\nmacdef g\nx"
        #expect(try entries(text) == [.init(machine: "a", login: "b", password: "e"), .init(machine: nil, login: "f")])
    }

    @Test("The first entry for the host counts, and for the user if there is one")
    func lookup() throws {
        let text = """
            machine a login b password 1
            machine a login c password 2
            default login d password 3
            machine e login f password 4
            """
        let file = try NetrcFile(text, path: "n")
        #expect(file.entry(for: "A")?.password == "1")
        #expect(file.entry(for: "a", login: "c")?.password == "2")
        #expect(file.entry(for: "a", login: "x") == nil)
        #expect(file.entry(for: "e")?.password == "3")
        #expect(file.entry(for: "sub.a")?.password == "3")
        #expect(try NetrcFile("machine a password 1", path: "n").entry(for: "a", login: "z")?.password == "1")
        #expect(try NetrcFile("machine a password 1", path: "n").entry(for: "b") == nil)
    }

    @Test(
        "Faults are told with their lines",
        arguments: [
            ("machine", "n, line 1: machine has no value."), ("machine a\nlogin", "n, line 2: login has no value."),
            ("\nlogin a", "n, line 2: login comes before machine."),
            ("machine a passwd b", "n, line 1: “passwd” is not machine, default, login, password, account or macdef."),
            ("machine a password \"b", "n, line 1: A quote is not closed."),
            ("machine a password \"b\\\"", "n, line 1: A quote is not closed."),
        ]
    )
    func faults(text: String, message: String) {
        #expect(throws: CommandFailure(.fileError, message)) { try NetrcFile(text, path: "n") }
    }
}
