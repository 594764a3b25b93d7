#if Redis
    /// The scripts of the store of sessions. A session is a hash with a field for each value, `v` and its key, and one more, so
    /// that a session without values exists too. Fields are set one by one: Lua can't pass thousands of arguments at once.
    enum SessionScripts {
        /// `KEYS`: the session. `ARGV`: how long it lives.
        static let load = RedisScript(
            """
            if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then return false end
            return redis.call('HGETALL', KEYS[1])
            """
        )

        /// `KEYS`: the session. `ARGV`: how long it lives, and its fields with their values.
        static let create = RedisScript(
            """
            redis.call('DEL', KEYS[1])
            redis.call('HSET', KEYS[1], 's', '1')
            for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
            """
        )

        /// `KEYS`: the session and, if it is to get another, its new name. `ARGV`: how long it lives, how many arguments are
        /// fields to set and their values, these, and the fields to remove.
        static let change = RedisScript(
            """
            if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then return 0 end
            local key = KEYS[1]
            if KEYS[2] then
                key = KEYS[2]
                redis.call('RENAME', KEYS[1], key)
            end
            local sets = tonumber(ARGV[2])
            for i = 3, 2 + sets, 2 do redis.call('HSET', key, ARGV[i], ARGV[i + 1]) end
            for i = 3 + sets, #ARGV do redis.call('HDEL', key, ARGV[i]) end
            return 1
            """
        )
    }
#endif
