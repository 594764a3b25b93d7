#if Redis
    import Testing

    @testable import MartletRedis

    @Suite("URLs of Redis")
    struct RedisURLTests {
        @Test(
            "have parts, with defaults",
            arguments: [
                ("redis://", "127.0.0.1:6379", nil, nil, 0),
                ("redis://127.0.0.1", "127.0.0.1:6379", nil, nil, 0),
                ("REDIS://cache.example:6380/", "cache.example:6380", nil, nil, 0),
                ("redis://[::1]:6380/3", "[::1]:6380", nil, nil, 3),
                ("redis://[::1]", "[::1]:6379", nil, nil, 0),
                ("redis://:se%3Acret@localhost/15", "localhost:6379", nil, "se:cret", 15),
                ("redis://a%40b:p%2Fq@localhost", "localhost:6379", "a@b", "p/q", 0),
                ("unix:///run/redis.sock", "/run/redis.sock", nil, nil, 0),
                ("unix:///run/with%20space?db=2", "/run/with space", nil, nil, 2),
                ("unix://:secret@/run/redis.sock", "/run/redis.sock", nil, "secret", 0),
            ] as [(String, String, String?, String?, Int)]
        )
        func valid(_ url: String, _ address: String, _ user: String?, _ password: String?, _ database: Int) throws {
            let configuration = try RedisClient.Configuration(url: url)
            #expect(configuration.address.description == address)
            #expect(configuration.username == user)
            #expect(configuration.password == password)
            #expect(configuration.database == database)
        }

        @Test(
            "that are wrong are refused, without the password",
            arguments: [
                "", "redis", "redis:/x", "http://localhost", "localhost:6379", "redis://localhost/one",
                "redis://localhost/-1",
                "redis://localhost/99999999999", "redis://localhost/0/1", "redis://localhost:0",
                "redis://localhost:65536",
                "redis://localhost:+1", "redis://localhost:1:2", "redis://[::1", "redis://[::1]x",
                "redis://geheim@localhost",
                "redis://:geheim%4@localhost", "redis://:geheim%FF@localhost", "redis://:geheim@localhost?db=1",
                "redis://:ge heim@localhost", "redis://:geheim@localhost#x", "rediss://:geheim@localhost",
                "unix://", "unix://relative", "unix:///path?database=1", "unix:///path?db=x", "unix:///a%00b",
                "unix:///" + String(repeating: "x", count: 103),
            ]
        )
        func invalid(_ url: String) throws {
            let error = try #require(throws: RedisError.self) { try RedisClient.Configuration(url: url) }
            #expect(error.kind == .configuration)
            #expect(!error.description.contains("geheim"))
        }

        @Test("with TLS are refused with the reason")
        func secure() throws {
            let error = try #require(throws: RedisError.self) {
                try RedisClient.Configuration(url: "rediss://localhost")
            }
            #expect(error.description.contains("rediss://"))
            #expect(error.description.contains("stunnel"))
        }

        @Test("and settings that can't be are refused by name")
        func settings() throws {
            func check(_ name: String, _ change: (inout RedisClient.Configuration) -> Void) throws {
                var configuration = RedisClient.Configuration()
                change(&configuration)
                let error = try #require(throws: RedisError.self) { try RedisClient(configuration: configuration) }
                #expect(error.kind == .configuration)
                #expect(error.description.contains(name))
            }
            try check("connectionCount") { $0.connectionCount = 0 }
            try check("database") { $0.database = -1 }
            try check("deadline") { $0.deadline = .zero }
            try check("connectionTimeout") { $0.connectionTimeout = .seconds(100_000) }
            try check("patience") { $0.patience = .seconds(-1) }
            try check("maximumWaitingCount") { $0.maximumWaitingCount = 0 }
            try check("maximumWaitingBytes") { $0.maximumWaitingBytes = 0 }
            try check("maximumReplyBytes") { $0.maximumReplyBytes = 0 }
            try check("maximumReplyElements") { $0.maximumReplyElements = 0 }
        }
    }
#endif
