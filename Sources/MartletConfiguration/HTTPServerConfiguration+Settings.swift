#if Configuration
    import Configuration
    import Martlet

    extension HTTPServer.Configuration {
        /// The defaults, changed by what environment variables, files and other providers of swift-configuration say.
        ///
        /// ```swift
        /// let settings = ConfigReader(providers: [
        ///     EnvironmentVariablesProvider(),                                     // HTTP_IDLE_TIMEOUT=30
        ///     try await FileProvider<JSONSnapshot>(filePath: "settings.json"),    // {"http": {"idleTimeout": 30}}
        /// ])
        /// let configuration = try HTTPServer.Configuration(settings.scoped(to: "http"))
        /// ```
        ///
        /// The keys are the names of the properties. Times are in seconds, with decimals if need be; `none` stands for
        /// nil. `trustedProxies` is a list, or a text with commas in between; so is `proxyProtocol`, of the addresses that
        /// it is required from.
        ///
        /// - Parameter reader: Where to look.
        /// - Throws: ``SettingError`` for a value that the property can't have.
        public init(_ reader: ConfigReader) throws(SettingError) {
            self.init()
            let settings = SettingReader(reader)
            try settings.read("serverHeader", into: &serverHeader)
            try settings.read("sendsDate", into: &sendsDate)
            try settings.read("autoCompress", into: &autoCompress)
            try settings.read("minimumCompressedBytes", into: &minimumCompressedBytes)

            try settings.read("idleTimeout", into: &idleTimeout)
            try settings.read("headTimeout", into: &headTimeout)
            try settings.read("minimumBodyRate", into: &minimumBodyRate)
            try settings.read("bodyRateGracePeriod", into: &bodyRateGracePeriod)
            try settings.read("writeTimeout", into: &writeTimeout)
            try settings.read("handlerTimeout", into: &handlerTimeout)
            try settings.read("halfCloseGracePeriod", into: &halfCloseGracePeriod)
            try settings.read("shutdownDelay", into: &shutdownDelay)
            try settings.read("shutdownTimeout", into: &shutdownTimeout)
            try settings.read("minimumIdleTime", into: &minimumIdleTime)
            try settings.read("webSocketShutdownSpread", into: &webSocketShutdownSpread)

            try settings.read("maximumCollectedBytes", into: &maximumCollectedBytes)
            try settings.read("maximumDrainedBytes", into: &maximumDrainedBytes)
            try settings.read("maximumConnections", into: &maximumConnections)
            try settings.read("maximumConnectionsPerAddress", into: &maximumConnectionsPerAddress)
            try settings.read("maximumRequestsPerConnection", into: &maximumRequestsPerConnection)

            try settings.read("sessionTimeout", into: &sessionTimeout)
            try settings.read("trustedProxies", into: &trustedProxies)
            var balancers: [AddressRange] = []
            try settings.read("proxyProtocol", into: &balancers)
            if !balancers.isEmpty { proxyProtocol = .required(from: balancers) }
        }
    }
#endif
