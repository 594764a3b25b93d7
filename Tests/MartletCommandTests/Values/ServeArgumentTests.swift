import HTTPTypes
import Testing

@testable import MartletCommand

@Suite("The file of martlet serve --auth-file, and header fields")
struct ServeArgumentTests {
    #if Passwords
        private static let hash = "$scrypt$ln=15,r=8,p=3$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo"

        @Test("A line for each user; comments and empty lines don't count")
        func passwords() throws {
            let file = try PasswordFile("# crew\n\nhan:\(Self.hash)\r\nleia:\(Self.hash)", path: "p")
            #expect(file.hashes == ["han": Self.hash, "leia": Self.hash])
        }

        @Test(
            "Mistakes are told with their line",
            arguments: [
                ("han", "p, line 1: This is not name:hash."), (":x", "p, line 1: This is not name:hash."),
                ("\nhan:chewie", "p, line 2: The stored text is not a hash of the form"),
                (
                    "han:$scrypt$ln=60,r=8,p=3$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
                    "p, line 1: No password is hashed"
                ),
                ("a:\(hash)\na:\(hash)", "p, line 2: a has a line already."), ("#\n", "p has no users."),
            ]
        )
        func faults(text: String, message: String) {
            do {
                _ = try PasswordFile(text, path: "p")
                Issue.record("The file is accepted.")
            } catch {
                #expect(error.status == .fileError)
                #expect(error.message.hasPrefix(message), "\(error.message)")
            }
        }
    #endif

    @Test("Header fields have a name and a value")
    func headers() throws {
        let field = try #require(ResponseFieldArgument(argument: "X-Frame-Options:  DENY ")).field
        #expect(field.name.rawName == "X-Frame-Options")
        #expect(field.value == "DENY")
        for text in ["", "a", "a:", ": b", "a b: c", "a: b\r\nc: d", "a: \u{0}"] {
            #expect(ResponseFieldArgument(argument: text) == nil, "\(text)")
        }
    }

    @Test(
        "Fields that the server writes are refused",
        arguments: [
            ("Content-Length: 1", false), ("ETag: x", false), ("cache-control: x", false), ("Connection: x", false),
            ("Access-Control-Allow-Origin: *", true),
        ]
    )
    func ownFields(text: String, cors: Bool) throws {
        let argument = try #require(ResponseFieldArgument(argument: text))
        #expect(argument.fault(cors: cors)?.hasPrefix("--header: ") == true)
        if cors { #expect(argument.fault(cors: false) == nil) }
    }
}
