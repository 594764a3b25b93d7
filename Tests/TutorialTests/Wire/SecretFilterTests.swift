import Testing

@testable import tutorial

/// What is left out of heads and contents, by literals. What is left out is written as `…` here.
struct SecretFilterTests {
    private func head(_ text: String) -> String {
        String(decoding: SecretFilter.head(text.utf8), as: UTF8.self).replacing("<left out>", with: "…")
    }

    private func content(_ text: String, _ type: String?) -> String {
        String(decoding: SecretFilter.content(Array(text.utf8), type: type), as: UTF8.self)
            .replacing("<left out>", with: "…")
    }

    @Test(arguments: [
        ("Authorization: Basic YWRhOnNlY3JldA==", "Authorization: Basic …"),
        ("authorization:Bearer abc", "authorization: Bearer …"),
        ("AUTHORIZATION: hunter2 and more", "AUTHORIZATION: …"),
        ("Authorization: hunter2", "Authorization: …"),
        ("Authorization : Basic abc", "Authorization : …"),
        ("Proxy-Authorization: Digest username=\"ada\", response=\"1\"", "Proxy-Authorization: Digest …"),
        ("Cookie: a=1; MARTLETSESSID=2;b", "Cookie: a=…; MARTLETSESSID=…;…"),
        ("Cookie: hunter2", "Cookie: …"),
        ("Cookie:", "Cookie: "),
        ("Set-Cookie: id=7; Path=/; HttpOnly; SameSite=Lax", "Set-Cookie: id=…; Path=/; HttpOnly; SameSite=Lax"),
        ("Set-Cookie: 7", "Set-Cookie: …"),
        ("X-API-Key: 7", "X-API-Key: …"),
        ("X-Auth-Token: 7", "X-Auth-Token: …"),
        ("x-csrf-token: 7", "x-csrf-token: …"),
        ("Authentication-Info: nextnonce=7", "Authentication-Info: …"),
        ("Sec-WebSocket-Key: dGhl", "Sec-WebSocket-Key: dGhl"),
        ("Access-Control-Allow-Credentials: true", "Access-Control-Allow-Credentials: true"),
        ("Accept: text/html;q=0.9, */*", "Accept: text/html;q=0.9, */*"),
        ("If-None-Match: \"abc\"", "If-None-Match: \"abc\""),
    ])
    func leavesFieldsOut(_ line: String, _ shown: String) {
        #expect(head("GET / HTTP/1.1\r\n\(line)\r\n\r\n") == "GET / HTTP/1.1\r\n\(shown)\r\n\r\n")
        // Cut within the head.
        #expect(head(line) == shown)
    }

    @Test("Lines that belong to a secret are left out as well, however lines end")
    func leavesFoldedFieldsOut() {
        #expect(
            head("Authorization: Basic\r\n abc\r\n\tdef\r\nHost: a\r\n")
                == "Authorization: Basic …\r\n …\r\n …\r\nHost: a\r\n"
        )
        #expect(head("Host: a\rAuthorization: x\nCookie: y") == "Host: a\rAuthorization: …\nCookie: …")
        #expect(head("Accept: a\r\n b=c\r\n") == "Accept: a\r\n b=c\r\n")
    }

    @Test(arguments: [
        ("GET /?password=hunter2 HTTP/1.1", "GET /?password=… HTTP/1.1"),
        ("GET /?a=1&PassWord=x&b=2 HTTP/1.1", "GET /?a=1&PassWord=…&b=2 HTTP/1.1"),
        ("GET /?pass%77ord=x&p=2 HTTP/1.1", "GET /?pass%77ord=…&p=2 HTTP/1.1"),
        ("GET /?user[password]=x HTTP/1.1", "GET /?user[password]=… HTTP/1.1"),
        ("GET /?access_token=a=b;c,d#e HTTP/1.1", "GET /?access_token=… HTTP/1.1"),
        ("GET /?api-key=&q=7 HTTP/1.1", "GET /?api-key=…&q=7 HTTP/1.1"),
        ("GET /?pin=1&pinned=2&spin=3 HTTP/1.1", "GET /?pin=…&pinned=2&spin=3 HTTP/1.1"),
        ("GET http://ada:pw@host:1/ HTTP/1.1", "GET http://…@host:1/ HTTP/1.1"),
        ("Referer: https://u:p@q@host/?a=b", "Referer: https://…@host/?a=b"),
        ("Location: /login?token=abc", "Location: /login?token=…"),
        (":path: /?token=abc", ":path: /?token=…"),
        ("Location: http://127.0.0.1:4040", "Location: http://127.0.0.1:4040"),
        ("Location: http://[::1]", "Location: http://[::1]"),
        ("GET /a@b?q=x=y HTTP/1.1", "GET /a@b?q=x=y HTTP/1.1"),
        ("password=", "password=…"),
        ("=&?%", "=&?%"),
    ])
    func leavesParametersOut(_ line: String, _ shown: String) {
        #expect(head(line) == shown)
    }

    @Test(arguments: [
        ("name=Ada&password=a b,c;d\"e<f&x=1", "name=Ada&password=…&x=1"),
        ("password", "password"),
        ("password=hunt", "password=…"),
        // Not the parameter token, but who knows.
        ("a=1&b=%26token=2", "a=1&b=%26token=…"),
    ])
    func leavesOutOfForms(_ form: String, _ shown: String) {
        #expect(content(form, "Application/X-WWW-Form-Urlencoded; charset=utf-8") == shown)
    }

    @Test(arguments: [
        (#"{"name": "Ada", "password": "a\"b", "n": 1}"#, #"{"name": "Ada", "password": "…", "n": 1}"#),
        (#"{"pin":1234,"ok":true}"#, #"{"pin":"…","ok":true}"#),
        (#"{"apiKey" : null}"#, #"{"apiKey" : "…"}"#),
        (#"{"token":["a","b"],"n":1}"#, #"{"token":"…""#),
        (#"{"secret": {"a": 1}}"#, #"{"secret": "…""#),
        (#"{"\u0070assword":"x","a":"b"}"#, #"{"\u0070assword":"…","a":"b"}"#),
        (#"{"a":"password","b":"c"}"#, #"{"a":"password","b":"c"}"#),
        (#"{"url":"/?token=abc&x=1"}"#, #"{"url":"/?token=…&x=1"}"#),
        // Cut anywhere.
        (#"{"password":"hun"#, #"{"password":"…""#),
        (#"{"password": "#, #"{"password": "#),
        (#"{"password"#, #"{"password"#),
        (#"{"password":"hun\"#, #"{"password":"…""#),
        (#"{"pass\u00"#, #"{"pass\u00"#),
        ("data: {\"token\":\"abc\"}\n\n", "data: {\"token\":\"…\"}\n\n"),
    ])
    func leavesOutOfJSON(_ json: String, _ shown: String) {
        #expect(content(json, "application/json") == shown)
        #expect(content(json, nil) == shown)
    }

    @Test func leavesOutOfMultipart() {
        let form = """
            --b\r
            Content-Disposition: form-data; name="user"\r
            \r
            ada\r
            --b\r
            content-disposition: form-data; name="Password"\r
            \r
            hunter2\r
            and a second line\r
            --b\r
            Content-Disposition: form-data; name=pin\r
            \r
            12
            """
        #expect(
            content(form, "multipart/form-data; boundary=b") == """
                --b\r
                Content-Disposition: form-data; name="user"\r
                \r
                ada\r
                --b\r
                content-disposition: form-data; name="Password"\r
                \r
                …
                --b\r
                Content-Disposition: form-data; name=pin\r
                \r
                …
                """
        )
    }

    @Test("A secret is never shown, wherever the content is cut")
    func leavesOutAtEveryCut() {
        let contents: [(String, String)] = [
            ("application/x-www-form-urlencoded", "a=1&password=hunter2"),
            ("application/json", #"{"a": [1], "password" : "hunter2"}"#),
            (
                "multipart/form-data; boundary=b",
                "--b\r\nContent-Disposition: form-data; name=\"pwd\"\r\n\r\nhunter2\r\n--b--"
            ),
            ("text/plain", "https://ada:hunter2@host/?token=hunter2"),
        ]
        for (type, text) in contents {
            for length in 0...text.utf8.count {
                let shown = content(String(decoding: text.utf8.prefix(length), as: UTF8.self), type)
                #expect(!shown.contains("hun"), "\(type), \(length): \(shown)")
            }
        }
    }
}
