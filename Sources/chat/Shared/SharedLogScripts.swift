#if Redis
    import MartletRedis

    /// The scripts by which processes append to the messages of a room, each of them in one piece.
    enum SharedLogScripts {
        /// Gives messages their sequence numbers, and adds them to the stream.
        ///
        /// `KEYS`: messages, ids, state. `ARGV`: how many may wait for the database, and for each message its id and its
        /// draft.
        ///
        /// Returns an array: for each message its sequence number, the negative one under which it is known already, or 0
        /// if too many wait. Nothing, if the room has no last sequence number yet.
        static let append = RedisScript(
            """
            local last = redis.call('HGET', KEYS[3], 'last')
            if not last then return false end
            last = tonumber(last)
            local stored = tonumber(redis.call('HGET', KEYS[3], 'stored') or '0')
            local answers = {}
            for i = 2, #ARGV, 2 do
              local known = redis.call('HGET', KEYS[2], ARGV[i])
              if known then
                answers[#answers + 1] = -tonumber(known)
              elseif last - stored >= tonumber(ARGV[1]) then
                answers[#answers + 1] = 0
              else
                redis.call('XADD', KEYS[1], string.format('%.0f-0', last + 1), '\(RedisMessage.Field.previous)',
                  string.format('%.0f-0', last), '\(RedisMessage.Field.content)', ARGV[i + 1], 'i', ARGV[i])
                last = last + 1
                redis.call('HSET', KEYS[2], ARGV[i], string.format('%.0f', last))
                answers[#answers + 1] = last
              end
            end
            redis.call('HSET', KEYS[3], 'last', string.format('%.0f', last))
            return answers
            """
        )

        /// Says where the sequence numbers of a room begin, unless it is known.
        ///
        /// `KEYS`: state. `ARGV`: the last sequence number, of the database and of those who say so.
        static let begin = RedisScript(
            """
            if redis.call('HEXISTS', KEYS[1], 'last') == 0 then
              redis.call('HSET', KEYS[1], 'last', ARGV[1], 'stored', ARGV[1])
            end
            return redis.call('HMGET', KEYS[1], 'last', 'stored')
            """
        )

        /// Notes that messages are in the database, and removes the oldest of them from the stream, at most a thousand.
        ///
        /// `KEYS`: messages, ids, state. `ARGV`: the last sequence number in the database, and how many messages are kept.
        ///
        /// Returns how many were removed.
        static let stored = RedisScript(
            """
            local stored = tonumber(redis.call('HGET', KEYS[3], 'stored') or '0')
            if tonumber(ARGV[1]) > stored then
              stored = tonumber(ARGV[1])
              redis.call('HSET', KEYS[3], 'stored', ARGV[1])
            end
            local last = stored - tonumber(ARGV[2])
            if last < 1 then return 0 end
            local entries = redis.call('XRANGE', KEYS[1], '-', string.format('%.0f-0', last), 'COUNT', 1000)
            for _, entry in ipairs(entries) do
              for field = 1, #entry[2], 2 do
                if entry[2][field] == 'i' then redis.call('HDEL', KEYS[2], entry[2][field + 1]) end
              end
              redis.call('XDEL', KEYS[1], entry[1])
            end
            return #entries
            """
        )
    }
#endif
