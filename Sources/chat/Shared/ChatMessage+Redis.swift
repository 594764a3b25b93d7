#if Redis
    import Foundation
    import MartletRedis
    import NIOCore

    extension ChatMessage {
        /// A message of the room's stream, whose ids are the sequence numbers.
        ///
        /// - Throws: ``ChatLogError`` if it is none.
        init(_ message: RedisMessage) throws {
            do {
                let draft = try JSONDecoder().decode(Draft.self, from: Data(message.content.readableBytesView))
                self.init(draft, sequence: Int(message.id.milliseconds))
            } catch {
                throw ChatLogError("The entry \(message.id) of the stream in Redis is no message of the chat.")
            }
        }
    }
#endif
