#if Configuration
    import Configuration
    import Martlet
    import MartletConfiguration
    import Testing

    @Suite("Settings of a server from swift-configuration")
    struct ServerSettingsTests {
        private func configuration(_ variables: [String: String]) throws -> HTTPServer.Configuration {
            let reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables))
            return try HTTPServer.Configuration(reader.scoped(to: "http"))
        }

        @Test("are the defaults where nothing is said")
        func defaults() throws {
            let (read, made) = (try configuration([:]), HTTPServer.Configuration())
            #expect(read.idleTimeout == made.idleTimeout && read.maximumConnections == made.maximumConnections)
            #expect(read.trustedProxies.isEmpty && read.serverHeader == nil)
        }

        @Test("come from environment variables")
        func variables() throws {
            let read = try configuration([
                "HTTP_IDLE_TIMEOUT": "30", "HTTP_HEAD_TIMEOUT": "0.5", "HTTP_WRITE_TIMEOUT": "none",
                "HTTP_HANDLER_TIMEOUT": "10", "HTTP_AUTO_COMPRESS": "true", "HTTP_SENDS_DATE": "no",
                "HTTP_SERVER_HEADER": "Martlet", "HTTP_MAXIMUM_CONNECTIONS": "12",
                "HTTP_MAXIMUM_CONNECTIONS_PER_ADDRESS": "3", "HTTP_MINIMUM_BODY_RATE": "none",
                "HTTP_TRUSTED_PROXIES": "10.0.0.0/8, ::1", "IDLE_TIMEOUT": "7",
                "HTTP_SHUTDOWN_DELAY": "2.5", "HTTP_MINIMUM_IDLE_TIME": "0", "HTTP_WEB_SOCKET_SHUTDOWN_SPREAD": "10",
                "HTTP_PROXY_PROTOCOL": "10.0.0.5,unix:",
            ])
            let balancers = [AddressRange("10.0.0.5"), .unix].compactMap { $0 }
            #expect(read.proxyProtocol == .required(from: balancers))
            #expect(read.minimumIdleTime == .zero && read.webSocketShutdownSpread == .seconds(10))
            #expect(read.idleTimeout == .seconds(30) && read.headTimeout == .milliseconds(500))
            #expect(read.writeTimeout == nil && read.handlerTimeout == .seconds(10))
            #expect(read.autoCompress && !read.sendsDate && read.serverHeader == "Martlet")
            #expect(read.maximumConnections == 12 && read.maximumConnectionsPerAddress == 3)
            #expect(read.minimumBodyRate == nil && read.shutdownDelay == .milliseconds(2_500))
            #expect(read.trustedProxies.map(\.description) == ["10.0.0.0/8", "0:0:0:0:0:0:0:1/128"])
        }

        @Test("come from files and other providers, as numbers, texts and lists")
        func values() throws {
            let provider = InMemoryProvider(values: [
                "http.idleTimeout": ConfigValue(.int(30), isSecret: false),
                "http.headTimeout": ConfigValue(.double(1.5), isSecret: false),
                "http.autoCompress": ConfigValue(.bool(true), isSecret: false),
                "http.trustedProxies": ConfigValue(.stringArray(["10.0.0.0/8", "unix:"]), isSecret: false),
            ])
            let read = try HTTPServer.Configuration(ConfigReader(provider: provider).scoped(to: "http"))
            #expect(read.idleTimeout == .seconds(30) && read.headTimeout == .milliseconds(1_500) && read.autoCompress)
            #expect(read.trustedProxies.count == 2)
        }

        @Test(
            "that make no sense are errors that name the key",
            arguments: [
                ("IDLE_TIMEOUT", "idleTimeout", "soon"), ("IDLE_TIMEOUT", "idleTimeout", "-1"),
                ("IDLE_TIMEOUT", "idleTimeout", ""), ("IDLE_TIMEOUT", "idleTimeout", "inf"),
                ("IDLE_TIMEOUT", "idleTimeout", "nan"), ("SHUTDOWN_TIMEOUT", "shutdownTimeout", "none"),
                ("MAXIMUM_CONNECTIONS", "maximumConnections", "1.5"),
                ("MAXIMUM_CONNECTIONS", "maximumConnections", "99999999999999999999"),
                ("AUTO_COMPRESS", "autoCompress", "maybe"), ("TRUSTED_PROXIES", "trustedProxies", "10.0.0.0/8,proxy"),
            ]
        )
        func mistakes(variable: String, key: String, value: String) {
            let error = #expect(throws: SettingError.self) { _ = try configuration(["HTTP_\(variable)": value]) }
            #expect(error?.key == key)
            #expect(
                error?.description.hasPrefix("The setting \(key) is \(value.debugDescription), but must be ") == true
            )
        }

        @Test("of a kind that the property can't have are errors too")
        func kinds() {
            let provider = InMemoryProvider(values: [
                "idleTimeout": ConfigValue(.stringArray(["1", "2"]), isSecret: false)
            ])
            #expect(throws: SettingError.self) { _ = try HTTPServer.Configuration(ConfigReader(provider: provider)) }
        }
    }
#endif
