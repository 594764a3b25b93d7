#if Passwords
    import Martlet
    import Testing

    @testable import MartletPasswords

    @Suite("Passwords")
    struct PasswordTests {
        /// RFC 7914 section 12, the third vector.
        private static let vector =
            "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
            + "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw"

        @Test("are recognised by their hash, of which no two are alike")
        func roundTrip() async throws {
            let hash = try await Password.hash("correct horse")
            #expect(hash.hasPrefix("$scrypt$ln=15,r=8,p=3$"))
            #expect(try await Password.verify("correct horse", hash: hash))
            #expect(try await !Password.verify("correct horsf", hash: hash))
            #expect(try await !Password.verify("", hash: hash))
            #expect(try await Password.hash("correct horse") != hash)
            #expect(!Password.needsRehash(hash))
        }

        @Test("are hashed as RFC 7914 says")
        func standard() async throws {
            #expect(try await Password.verify("pleaseletmein", hash: Self.vector))
            #expect(try await !Password.verify("pleaseletmeiN", hash: Self.vector))
            #expect(Password.needsRehash(Self.vector))
        }

        @Test("are the same however an accent is typed")
        func normalization() async throws {
            let hash = "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$GjpliFH9aFAgN4SIpqYf2hR6cLwHx300k6oRos1Un/g"
            #expect(try await Password.verify("Zo\u{EB}", hash: hash))
            #expect(try await Password.verify("Zoe\u{308}", hash: hash))
            #expect(try await !Password.verify("Zoe", hash: hash))
        }

        @Test("of nobody are wrong, after the same work")
        func nobody() async throws {
            #expect(try await !Password.verify("correct horse", hash: nil))
            #expect(try await !Password.verify("", hash: nil))
        }

        @Test("that are empty or too long can't be hashed, and are never right", arguments: [0, 1_025, 1_000_000])
        func length(count: Int) async throws {
            let password = String(repeating: "a", count: count)
            let error = await #expect(throws: HTTPError.self) { _ = try await Password.hash(password) }
            #expect(error?.status.code == 422)
            #expect(try await !Password.verify(password, hash: Self.vector))
        }

        @Test("as long as allowed can be hashed")
        func longest() async throws {
            let password = String(repeating: "a", count: Password.maximumBytes)
            let hash = try await Password.hash(password)
            #expect(try await Password.verify(password, hash: hash))
        }

        @Test(
            "are not compared with what is no hash",
            arguments: [
                "", "secret", "$2b$12$abcdefghijklmnopqrstuv", "$scrypt$ln=15,r=8,p=3$c2FsdA$", "$scrypt$ln=15,r=8,p=3",
                "$scrypt$ln=15,r=8,p=3$U29kaXVtQ2hsb3JpZGU$%%%%", "$scrypt$ln=15,r=8,p=3$U29kaXVtQ2hsb3JpZGU$aGFzaA",
                "x$scrypt$ln=15,r=8,p=3$U29kaXVtQ2hsb3JpZGU$MDEyMzQ1Njc4OWFiY2RlZg",
            ]
        )
        func malformed(text: String) async {
            await #expect(throws: PasswordHashError.notScrypt) { _ = try await Password.verify("a", hash: text) }
            #expect(Password.needsRehash(text))
        }

        @Test(
            "are not hashed with parameters that scrypt does not have, or that take all memory",
            arguments: [
                "ln=0,r=8,p=1", "ln=99,r=8,p=1", "ln=24,r=64,p=1", "ln=15,r=8", "ln=15,r=8,p=1,x=1", "r=8,ln=15,p=1",
                "ln=-1,r=8,p=1", "ln=15,r=0,p=1", "ln=15,r=8,p=0", "ln=18,r=8,p=64", "ln=15;r=8;p=1",
            ]
        )
        func unreasonable(parameters: String) async {
            await #expect(throws: PasswordHashError.unreasonableCost(parameters)) {
                _ = try await Password.verify(
                    "a",
                    hash: "$scrypt$\(parameters)$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg"
                )
            }
        }

        @Test("are hashed one after the other where there are many at once")
        func many() async throws {
            let hash = try await Password.hash("a")
            let count = try await withThrowingTaskGroup { group in
                for password in ["a", "b", "a", "b"] {
                    group.addTask { try await Password.verify(password, hash: hash) }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(count == 2)
        }
    }

    @Suite("WaitingCount")
    struct WaitingCountTests {
        @Test("has a limit, and room again once one has left")
        func limit() {
            let count = WaitingCount(limit: 2)
            #expect(count.enter() && count.enter())
            #expect(!count.enter())
            count.leave()
            #expect(count.enter())
        }
    }
#endif
