import Foundation
import Logging
import Martlet

#if Redis
    import MartletRedis
#endif

/// A room, as given on the command line: in this process, or shared by several by Redis.
struct RoomPlace: Sendable {
    /// The name of the room.
    let name: String
    /// The URL of Redis; nil for a room of this process.
    private let redis: String?

    /// - Parameter text: A name, or the URL of Redis with the name as its fragment: `redis://host:port/0#lobby`. Without a
    ///   fragment the name is `lobby`.
    /// - Throws: ``ChatLogError`` for a name that can't be.
    init(_ text: String) throws(ChatLogError) {
        if text.contains("://") {
            let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            redis = String(parts[0])
            name = parts.count > 1 ? String(parts[1]).removingPercentEncoding ?? "" : "lobby"
        } else {
            redis = nil
            name = text
        }
        guard !name.isEmpty, name.count <= 64 else {
            throw ChatLogError("The room's name must have 1 to 64 characters.")
        }
    }

    /// A room that is open, and the work to do when it is no longer served.
    struct Opened {
        let room: ChatRoom
        let close: @Sendable () async -> Void
    }

    /// Opens the room.
    ///
    /// - Throws: ``ChatLogError``.
    func open(_ log: ChatLogPlace, limits: ChatLimits = ChatLimits(), logger: Logger) async throws -> Opened {
        #if Redis && MySQL
            if let redis {
                return try await Self.share(name, by: redis, try log.shared, limits: limits, logger: logger)
            }
        #else
            guard redis == nil else {
                throw ChatLogError(
                    "This chat was built without Redis. Build it with `swift build --product chat --traits MySQL,Redis`."
                )
            }
        #endif
        let opened = try await log.open(room: name, logger: logger)
        return Opened(room: try await ChatRoom.open(name, log: opened, limits: limits, logger: logger)) {}
    }

    #if Redis && MySQL
        private static func share(
            _ name: String,
            by url: String,
            _ database: MySQLAddress,
            limits: ChatLimits,
            logger: Logger
        ) async throws -> Opened {
            let redis: RedisClient
            do {
                var configuration = try RedisClient.Configuration(url: url)
                configuration.logger = logger
                redis = try await RedisClient.connect(configuration)
            } catch let error as RedisError {
                throw ChatLogError("The room can't be shared by Redis: \(error)")
            }
            do {
                let log = try await SharedLog.open(database, redis: redis, room: name, logger: logger)
                let shared = try SharedRoom(redis: redis, room: name, log: log, logger: logger)
                let room = try await ChatRoom.open(
                    name,
                    log: log,
                    broadcaster: shared,
                    names: shared.names,
                    limits: limits,
                    logger: logger
                )
                return Opened(room: room) {
                    await shared.close()
                    await redis.close()
                }
            } catch {
                await redis.close(force: true)
                if let error = error as? RedisError {
                    throw ChatLogError("The room can't be shared by Redis: \(error)")
                }
                throw error
            }
        }
    #endif
}
