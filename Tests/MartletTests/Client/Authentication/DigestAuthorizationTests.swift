import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

@Suite("Digest authentication (RFC 7616)")
struct DigestAuthorizationTests {
    private func answers(to challenge: String, _ username: String = "u", _ password: String = "p") throws
        -> DigestAuthorization
    {
        let challenge = try #require(Challenge.parse(challenge).first)
        return try DigestAuthorization(challenge: challenge, username: username, password: password)
    }

    private func response(of value: String) -> String? {
        Challenge.parse(value).first?.parameters["response"]
    }

    @Test("the example of section 3.9.1, MD5 and SHA-256")
    func example() throws {
        let common =
            "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
            + "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
            + "opaque=\"FQhe/qaU925kfnzjev0ciny7QMkPqMAFRtzCUYo5tdS\""
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            var digest = try answers(to: "Digest \(common), algorithm=\(algorithm)", "Mufasa", "Circle of Life")
            let value = try digest.authorization(
                method: .get,
                target: "/dir/index.html",
                cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
            )
            #expect(
                value
                    == "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", "
                    + "algorithm=\(algorithm), nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
                    + "nc=00000001, cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, "
                    + "response=\"\(response)\", opaque=\"FQhe/qaU925kfnzjev0ciny7QMkPqMAFRtzCUYo5tdS\""
            )
        }
    }

    @Test("the example of RFC 2617 section 3.5, which names no algorithm")
    func rfc2617() throws {
        var digest = try answers(
            to:
                "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
                + "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
            "Mufasa",
            "Circle Of Life"
        )
        let value = try digest.authorization(method: .get, target: "/dir/index.html", cnonce: "0a4f113b")
        #expect(
            value
                == "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", uri=\"/dir/index.html\", "
                + "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", nc=00000001, cnonce=\"0a4f113b\", qop=auth, "
                + "response=\"6629fae49393a05397450978507c4ef1\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""
        )
    }

    @Test("the example of RFC 2069 section 2.4 (as corrected), without qop")
    func rfc2069() throws {
        var digest = try answers(
            to:
                "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
            "Mufasa",
            "CircleOfLife"
        )
        let value = try digest.authorization(method: .get, target: "/dir/index.html")
        #expect(
            value
                == "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", uri=\"/dir/index.html\", "
                + "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", response=\"1949323746fe6a43ef61f9606e7febea\""
        )
        #expect(digest.quality == nil)
    }

    @Test(
        "algorithms and qualities, the first and the second answer (expected values from Python's hashlib)",
        arguments: [
            ("MD5", "auth", "42637bab95843f7f344fb4d83292e681", "01b5341ccc6fef2a7d25df3be6d86c1f"),
            ("MD5-sess", "auth", "8466ea9a5599c4272b14c230a391be48", "ed3ade8b3c3bbd29accff6b92d32543f"),
            ("md5", "auth-int", "e73e9193cfbb4d4382996495dc01b383", "fae7769dff712cdf57b8c710223b362a"),
            ("MD5-SESS", "AUTH-INT", "56fe405f884c570395c1dbdd8fbc1b44", "3b878a3823dfb74fc977d07e74dc4318"),
            (
                "SHA-256", "auth", "a1d6f45a7c700e2f4928627fd36962a6c460cd27f807bd448397ed2aeca4f150",
                "cd939d6fe9b1ca16ea4059349bfee719a2b968c27ab912927f928f52a6fd209c"
            ),
            (
                "SHA-256-sess", "auth", "5383ebff74af65c6baedd5cffbe5bcbc6b6befc1a182714cec8febf82dd4bab5",
                "fc628329ec1376199e187f76a48e3d794f492991d7b05a3d20c220ece806e914"
            ),
            (
                "SHA-256", "auth-int", "e2abc6cf116aaf3a04e70c3d0a157766c8dc5cbc3091dc5e8e2512f6c8cae4f8",
                "5e2e082677de975019e60453b59f9d54881899ca23c62970ed96de0674b017a8"
            ),
            (
                "sha-256-sess", "auth-int", "a7c8ab37f5504efce07f05adec1100866d6bc1aeef060024b539ed3091572558",
                "23c0a823470cc353395f874b4ad2e928cf18272c1a15e5eed8f90e761da2d26a"
            ),
        ]
    )
    func algorithms(algorithm: String, quality: String, first: String, second: String) throws {
        var digest = try answers(to: "Digest realm=r, nonce=n, algorithm=\(algorithm), qop=\"\(quality)\"")
        let content = ByteBuffer(string: "hello")
        for (count, expected) in [("00000001", first), ("00000002", second)] {
            let value = try digest.authorization(method: .post, target: "/x?y", content: content, cnonce: "c")
            #expect(response(of: value) == expected)
            #expect(value.contains(", nc=\(count), cnonce=\"c\", qop=\(quality.lowercased()), "))
        }
    }

    @Test(
        "auth is preferred to auth-int (section 3.3)",
        arguments: [
            ("auth", DigestAuthorization.Quality.auth), ("auth-int,auth", .auth), ("auth-int", .authInt),
            ("x, AUTH", .auth), ("", nil),
        ] as [(String, DigestAuthorization.Quality?)]
    )
    func qualities(offer: String, quality: DigestAuthorization.Quality?) throws {
        #expect(try answers(to: "Digest realm=r, nonce=n, qop=\"\(offer)\"").quality == quality)
    }

    @Test("challenges that cannot be answered")
    func errors() throws {
        let table: [(String, DigestError)] = [
            ("Basic realm=r", .notDigest(scheme: "Basic")),
            ("Digest nonce=n", .missingParameter("realm")),
            ("Digest realm=r", .missingParameter("nonce")),
            ("Digest realm=r, nonce=n, algorithm=SHA-512-256", .unsupportedAlgorithm("SHA-512-256")),
            ("Digest realm=r, nonce=n, qop=token", .unsupportedQuality("token")),
        ]
        for (challenge, error) in table {
            #expect(throws: error) { try answers(to: challenge) }
        }
        var digest = try answers(to: "Digest realm=r, nonce=n, qop=auth-int")
        #expect(throws: DigestError.contentNeeded) {
            try digest.authorization(method: .put, target: "/", content: nil)
        }
        #expect(digest.nonceCount == 0)
    }

    @Test("the first challenge that can be answered is the preferred one (section 3.7)")
    func preferred() {
        let challenges = Challenge.parse(
            "Basic realm=r, Digest realm=r, nonce=n, algorithm=SHA-512-256, Digest realm=r, nonce=n, algorithm=SHA-256, "
                + "Digest realm=r, nonce=n, algorithm=MD5"
        )
        #expect(DigestAuthorization.preferred(among: challenges) == challenges[2])
        #expect(DigestAuthorization.preferred(among: []) == nil)
    }

    @Test("a stale nonce is replaced, and counting starts anew (section 3.3)")
    func stale() throws {
        var digest = try answers(to: "Digest realm=r, nonce=n, qop=auth, opaque=1")
        let first = try digest.authorization(method: .get, target: "/", cnonce: "c")
        #expect(response(of: first) == "490ab2d682267b3630d3509d981b982d")
        let renewal = try #require(Challenge.parse("Digest realm=r, nonce=n2, qop=auth, stale=TRUE, opaque=2").first)
        let isStale = digest.renew(with: renewal)
        #expect(isStale)
        let second = try digest.authorization(method: .get, target: "/", cnonce: "c")
        #expect(response(of: second) == "704fc790f10a2b1d29f8d315e09f2df6")
        #expect(second.contains("nc=00000001"))
        #expect(second.hasSuffix("opaque=\"2\""))
    }

    @Test(
        "other challenges after an answer mean that it was wrong",
        arguments: [
            "Digest realm=r, nonce=n2, qop=auth", "Digest realm=r, nonce=n2, qop=auth, stale=false",
            "Digest realm=other, nonce=n2, qop=auth, stale=true", "Basic realm=r", "Digest realm=r, stale=true",
            "Digest realm=r, nonce=n2, algorithm=SHA-256, stale=true", "Digest realm=r, nonce=n2, qop=x, stale=true",
            "Digest realm=r, nonce=n2, algorithm=x, stale=true",
        ]
    )
    func refused(text: String) throws {
        var digest = try answers(to: "Digest realm=r, nonce=n, qop=auth")
        let isStale = digest.renew(with: try #require(Challenge.parse(text).first))
        #expect(!isStale)
        #expect(digest.nonce == "n")
    }

    @Test("nextnonce is used for the next request (section 3.5)")
    func nextNonce() throws {
        var digest = try answers(to: "Digest realm=r, nonce=n, qop=auth")
        _ = try digest.authorization(method: .get, target: "/", cnonce: "c")
        digest.update(authenticationInfo: "qop=auth, rspauth=\"x\", cnonce=\"c\", nc=00000001")
        #expect(digest.nonce == "n")
        digest.update(authenticationInfo: "nextnonce=\"n2\"")
        let value = try digest.authorization(method: .get, target: "/", cnonce: "c")
        #expect(response(of: value) == "704fc790f10a2b1d29f8d315e09f2df6")
        #expect(value.contains("nc=00000001"))
        digest.update(authenticationInfo: "nextnonce=\"n2\"")
        let next = try digest.authorization(method: .get, target: "/", cnonce: "c")
        #expect(next.contains("nc=00000002"))
        digest.update(authenticationInfo: "nextnonce=\"n3")
        #expect(digest.nonce == "n2")
    }

    @Test("a session key lasts until the next challenge (section 3.4.2)")
    func session() throws {
        var digest = try answers(to: "Digest realm=r, nonce=n, qop=auth, algorithm=MD5-sess")
        _ = try digest.authorization(method: .get, target: "/", cnonce: "c")
        digest.update(authenticationInfo: "nextnonce=n2")
        let second = try digest.authorization(method: .get, target: "/", cnonce: "ignored")
        #expect(response(of: second) == "e4f8fbec74396b003d8db917d9e4059f")
        #expect(second.contains("cnonce=\"c\""))
        let renewal = try #require(
            Challenge.parse("Digest realm=r, nonce=n2, qop=auth, algorithm=MD5-sess, stale=true").first
        )
        let isStale = digest.renew(with: renewal)
        #expect(isStale)
        let third = try digest.authorization(method: .get, target: "/", cnonce: "c2")
        // The nonce was in use already, so counting goes on.
        #expect(third.contains("nc=00000002, cnonce=\"c2\""))

        var old = try answers(to: "Digest realm=r, nonce=n, algorithm=MD5-sess")
        let value = try old.authorization(method: .get, target: "/", cnonce: "c")
        #expect(response(of: value) == "254644af15666e40df975c5ae58b9796")
        #expect(value.contains(", cnonce=\"c\", response="))
    }

    @Test("the user name may be hashed (section 3.4.4)")
    func userhash() throws {
        var digest = try answers(
            to:
                "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-256, "
                + "nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", charset=UTF-8, userhash=true",
            "J\u{E4}s\u{F8}n Doe",
            "Secret, or not?"
        )
        let value = try digest.authorization(
            method: .get,
            target: "/doe.json",
            cnonce: "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm"
        )
        #expect(
            value.hasPrefix(
                "Digest username=\"5a1a8a47df5c298551b9b42ba9b05835174a5bd7d511ff7fe9191d8e946fc4e7\", "
            )
        )
        #expect(response(of: value) == "06d0c14162099f487a92ebceaf71097534ee5f90d858386449c337ab69f7f6b8")
        #expect(value.hasSuffix(", userhash=true"))
    }

    @Test(
        "user names that need care (section 3.4)",
        arguments: [
            ("a\"b\\", "", "username=\"a\\\"b\\\\\""),
            ("J\u{E4}s", "", "username=\"J\u{E4}s\""),
            ("J\u{E4}s", ", charset=\"utf-8\"", "username*=UTF-8''J%C3%A4s"),
            ("a\r\nb", "", "username*=UTF-8''a%0D%0Ab"),
            ("a b", ", charset=UTF-8", "username=\"a b\""),
        ]
    )
    func usernames(username: String, parameter: String, expected: String) throws {
        var digest = try answers(to: "Digest realm=r, nonce=n\(parameter)", username)
        let value = try digest.authorization(method: .get, target: "/")
        #expect(value.hasPrefix("Digest \(expected), realm=\"r\", "))
    }

    @Test("escapes are undone for the hash and done again for the field")
    func escapes() throws {
        var digest = try answers(to: "Digest realm=\"r\\\\\\\"\", nonce=n", "a\"b")
        let value = try digest.authorization(method: .get, target: "/")
        #expect(value.hasPrefix("Digest username=\"a\\\"b\", realm=\"r\\\\\\\"\", "))
        #expect(response(of: value) == "ef06a6cf2746a8be62048e8a0a58587d")
    }

    @Test("every answer has another cnonce")
    func random() throws {
        var digest = try answers(to: "Digest realm=r, nonce=n, qop=auth")
        var seen: Set<String> = []
        for _ in 0..<20 {
            let value = try digest.authorization(method: .get, target: "/")
            let cnonce = try #require(Challenge.parse(value).first?.parameters["cnonce"])
            #expect(cnonce.utf8.count == 32)
            seen.insert(cnonce)
        }
        #expect(seen.count == 20)
        #expect(digest.nonceCount == 20)
    }
}
