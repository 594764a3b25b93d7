import CLibrary
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The TLS of a server: the context for new connections, which is replaced when certificates are renewed.
final class ServerSecurity: Sendable {
    private struct State {
        var security: SecurityContext
        var context: NIOSSLContext
        var stamps: [FileStamp]
        var order = ReloadOrder()
    }

    private let state: Mutex<State>
    private let clientCertificates: SecurityContext.ClientCertificates
    /// The protocols offered by ALPN (RFC 7301), the preferred one first.
    private let applicationProtocols: [String]
    /// The same, as they appear in a ClientHello.
    private let protocolNames: [[UInt8]]

    /// Reads the files, off the caller's thread.
    static func load(
        _ security: SecurityContext,
        _ clientCertificates: SecurityContext.ClientCertificates,
        _ configuration: HTTPServer.Configuration
    ) async throws -> ServerSecurity {
        let protocols = configuration.http2.isEnabled ? ["h2", "http/1.1"] : ["http/1.1"]
        return try await LocalFile.run { try ServerSecurity(security, clientCertificates, protocols) }
    }

    private init(
        _ security: SecurityContext,
        _ clientCertificates: SecurityContext.ClientCertificates,
        _ applicationProtocols: [String]
    ) throws(SecurityContextError) {
        self.clientCertificates = clientCertificates
        self.applicationProtocols = applicationProtocols
        self.protocolNames = applicationProtocols.map { Array($0.utf8) }
        // Taken before the files are read: one that changes meanwhile is read again.
        let stamps = security.stamps
        let context = try security.makeServerContext(
            clientCertificates: clientCertificates,
            applicationProtocols: applicationProtocols
        )
        self.state = Mutex(State(security: security, context: context, stamps: stamps))
    }

    /// How often to call ``reloadIfChanged(_:)``.
    var reloadInterval: Duration? { state.withLock { $0.security.reloadInterval } }

    /// Adds TLS to a connection, in front of its other handlers. Called on the channel's loop.
    func secure(_ channel: any Channel) throws {
        let context = state.withLock { $0.context }
        try channel.pipeline.syncOperations.addHandlers([
            PlainRequestRefusal(),
            ApplicationProtocolRefusal(protocolNames),
            AlertDelivery(),
            NIOSSLServerHandler(context: context),
        ])
    }

    /// Uses another context for new connections, or reads the files of the present one again.
    func reload(_ security: SecurityContext? = nil) async throws {
        let (security, ticket) = state.withLock { state in
            (security ?? state.security, state.order.begin(replacing: security != nil))
        }
        _ = try await LocalFile.run { try self.load(security, ticket) }
    }

    /// Reads the files again if they have changed. When they can't be used, the old certificates stay.
    func reloadIfChanged(_ logger: Logger) async {
        let (security, stamps, ticket) = state.withLock { state in
            (state.security, state.stamps, state.order.begin(replacing: false))
        }
        do {
            let hasChanged = try await LocalFile.run {
                guard security.stamps != stamps else { return false }
                return try self.load(security, ticket)
            }
            if hasChanged { logger.info("New certificates are in use.") }
        } catch {
            logger.warning("The new certificates can't be used; the old ones stay: \(error)")
        }
    }

    /// - Returns: Whether what was read is now in use.
    private func load(
        _ security: SecurityContext,
        _ ticket: ReloadOrder.Ticket
    ) throws(SecurityContextError) -> Bool {
        let stamps = security.stamps
        let context = try security.makeServerContext(
            clientCertificates: clientCertificates,
            applicationProtocols: applicationProtocols
        )
        return state.withLock { state in
            guard state.order.finish(ticket) else { return false }
            state = State(security: security, context: context, stamps: stamps, order: state.order)
            return true
        }
    }
}

/// The properties by which a change of a file is noticed.
private struct FileStamp: Equatable {
    var inode: UInt64 = 0
    var size: Int64 = 0
    /// The bytes of the time of the last change.
    var modified: [UInt8] = []

    init(_ path: String) {
        var info = stat()
        guard stat(path, &info) == 0 else { return }
        inode = UInt64(info.st_ino)
        size = Int64(info.st_size)
        #if canImport(Darwin)
            modified = withUnsafeBytes(of: info.st_mtimespec) { Array($0) }
        #else
            modified = withUnsafeBytes(of: info.st_mtim) { Array($0) }
        #endif
    }
}

extension SecurityContext {
    fileprivate var stamps: [FileStamp] {
        let all = [identity].compactMap { $0 } + identities.sorted { $0.key < $1.key }.map(\.value)
        return all.flatMap(\.files).map(FileStamp.init)
    }
}
