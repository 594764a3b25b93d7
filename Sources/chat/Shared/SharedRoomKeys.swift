#if Redis
    import MartletRedis

    /// The keys of a room in Redis. The braces keep them on one node of a cluster.
    struct SharedRoomKeys: Sendable {
        /// The stream of the latest messages. The ids of its entries are the sequence numbers.
        let messages: String
        /// The ids of the messages in the stream, with their sequence numbers, by which duplicates are recognised.
        let ids: String
        /// The last sequence number, `last`, and the last one that is in the database, `stored`.
        let state: String
        /// The stream of changes of people.
        let people: String
        /// The names in use, each with its process.
        let names: String
        /// The processes, each with the end of its lease.
        let processes: String

        /// - Parameter room: The name of the room.
        init(room: String) {
            let prefix = "chat:{\(room)}:"
            messages = prefix + "messages"
            ids = prefix + "ids"
            state = prefix + "state"
            people = prefix + "people"
            names = prefix + "names"
            processes = prefix + "processes"
        }
    }
#endif
