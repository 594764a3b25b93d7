#if Redis
    import NIOCore
    import Testing

    @testable import MartletRedis

    @Suite("The handshake with Redis")
    struct RedisHandshakeTests {
        private static func version(_ text: String) -> RedisValue {
            .array([.text("server"), .text("redis"), .text("version"), .text(text)])
        }

        @Test("logs in, chooses the database and asks for the version, as is needed")
        func bytes() {
            var configuration = RedisClient.Configuration()
            #expect(String(buffer: RedisHandshake(configuration).bytes) == "*1\r\n$5\r\nHELLO\r\n")
            configuration.password = "p\r\n"
            configuration.database = 3
            #expect(
                String(buffer: RedisHandshake(configuration).bytes)
                    == "*2\r\n$4\r\nAUTH\r\n$3\r\np\r\n\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n*1\r\n$5\r\nHELLO\r\n"
            )
            configuration.username = "u"
            #expect(
                String(buffer: RedisHandshake(configuration).bytes).hasPrefix(
                    "*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$3\r\np\r\n\r\n"
                )
            )
        }

        @Test("takes Redis from 6.2 on, and Valkey", arguments: ["6.2.0", "7.0.15", "8.1.3", "10.0.0", "6.10"])
        func recent(_ version: String) throws {
            try RedisHandshake(.init()).check(Self.version(version), to: .version)
        }

        @Test(
            "refuses older ones, and what has no version",
            arguments: ["6.0.16", "5.0.7", "6", "", "x.y", "999999999999999999999"]
        )
        func old(_ version: String) throws {
            let error = try #require(throws: RedisError.self) {
                try RedisHandshake(.init()).check(Self.version(version), to: .version)
            }
            #expect(error.kind == .refused)
            #expect(error.description.contains("6.2"))
        }

        @Test(
            "says what to do about a refusal",
            arguments: [
                (.logIn, "WRONGPASS invalid username-password pair or user is disabled.", .refused, "password"),
                (.logIn, "ERR AUTH <password> called without any password configured", .refused, "requirepass"),
                (.version, "NOAUTH HELLO must be called with the client already authenticated", .refused, "password"),
                (.select, "ERR DB index is out of range", .refused, "database 99"),
                (.select, "NOPERM this user has no permissions to run the 'select' command", .refused, "SELECT"),
                (.version, "ERR unknown command `HELLO`, with args beginning with:", .refused, "6.2"),
                (.version, "ERR max number of clients reached", .unavailable, "maxclients"),
                (.version, "DENIED Redis is running in protected mode", .refused, "protected"),
                (.logIn, "LOADING Redis is loading the dataset in memory", .unavailable, "LOADING"),
            ] as [(RedisHandshake.Step, String, RedisError.Kind, String)]
        )
        func refusals(_ step: RedisHandshake.Step, _ text: String, _ kind: RedisError.Kind, _ advice: String) throws {
            var configuration = RedisClient.Configuration()
            configuration.database = 99
            configuration.password = "geheim"
            let error = try #require(throws: RedisError.self) {
                try RedisHandshake(configuration).check(.error(text), to: step)
            }
            #expect(error.kind == kind)
            #expect(error.description.contains(advice))
            #expect(!error.description.contains("geheim"))
        }

        @Test(
            "refuses replies that are none of Redis",
            arguments: [.null, .integer(1), .simpleString("HI"), .array([])] as [RedisValue]
        )
        func others(_ reply: RedisValue) throws {
            for step in [RedisHandshake.Step.logIn, .select, .version] {
                let error = try #require(throws: RedisError.self) { try RedisHandshake(.init()).check(reply, to: step) }
                #expect(error.kind == .invalidReply)
            }
        }
    }
#endif
