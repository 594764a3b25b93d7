import HTTPTypes

/// The settings that can be changed while the server runs. A change applies to requests that begin after it.
extension HTTPServer {
    /// The current configuration.
    public var configuration: Configuration { core.settings.configuration }

    /// Whether content that benefits from it is sent as gzip or deflate to clients that accept it.
    public var autoCompress: Bool {
        get { configuration.autoCompress }
        set { core.update { $0.autoCompress = newValue } }
    }

    /// The fields that every response starts from.
    public var defaultResponseHeaders: HTTPFields {
        get { configuration.defaultResponseHeaders }
        set { core.update { $0.defaultResponseHeaders = newValue } }
    }

    /// The value of the `Server` field of every response; nil sends none.
    public var serverHeader: String? {
        get { configuration.serverHeader }
        set { core.update { $0.serverHeader = newValue } }
    }

    /// How long a connection may wait between two requests; nil for ever.
    public var idleTimeout: Duration? {
        get { configuration.idleTimeout }
        set { core.update { $0.idleTimeout = newValue } }
    }

    /// How long a session lives after its last use.
    public var sessionTimeout: Duration {
        get { configuration.sessionTimeout }
        set { core.update { $0.sessionTimeout = newValue } }
    }
}
