#if Redis
    import MartletRedis

    /// The scripts by which processes share the names of a room, each of them in one piece.
    ///
    /// `KEYS` of each: names, processes, people. A name is kept as the process that has it, the digest of its owner's key
    /// or `-`, and the name as JSON.
    enum SharedNameScripts {
        private static let common = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local function add(content)
              local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
              redis.call('XADD', KEYS[3], 'MAXLEN', '~', 10000, '*', '\(RedisMessage.Field.previous)',
                last and last[1] or '0-0', '\(RedisMessage.Field.content)', content)
            end
            local function remove(isGone)
              local left = {}
              local names = redis.call('HGETALL', KEYS[1])
              for i = 1, #names, 2 do
                local owner, secret, text = string.match(names[i + 1], '^(%S+) (%S+) (.*)$')
                if isGone[owner] then
                  redis.call('HDEL', KEYS[1], names[i])
                  left[#left + 1] = text
                end
              end
              if #left > 0 then
                add('{"changes":{"joined":[],"left":[' .. table.concat(left, ',') .. '],"renamed":[]}}')
              end
            end

            """

        /// Takes and gives up names.
        ///
        /// `ARGV`: the process, and for each name `take` or `release`, its key, the digest of the owner's key or `-`, and
        /// the name as JSON.
        ///
        /// Returns for each 1, or 0 if somebody else has the name. A name is free if its process is dead, and its owner
        /// can move it to another process.
        static let change = RedisScript(
            common + """
                local answers = {}
                for i = 2, #ARGV, 4 do
                  local name = ARGV[i + 1]
                  local value = redis.call('HGET', KEYS[1], name)
                  local owner, secret
                  if value then owner, secret = string.match(value, '^(%S+) (%S+) ') end
                  local answer = 1
                  if ARGV[i] == 'release' then
                    if owner == ARGV[1] then redis.call('HDEL', KEYS[1], name) end
                  elseif owner ~= ARGV[1] then
                    local isAlive = owner and tonumber(redis.call('ZSCORE', KEYS[2], owner) or '0') > now
                    if isAlive and (secret == '-' or secret ~= ARGV[i + 2]) then
                      answer = 0
                    else
                      if owner then
                        add('{"replaced":' .. cjson.encode(name) .. ',"owner":' .. cjson.encode(owner) .. '}')
                      end
                      redis.call('HSET', KEYS[1], name, ARGV[1] .. ' ' .. ARGV[i + 2] .. ' ' .. ARGV[i + 3])
                    end
                  end
                  answers[#answers + 1] = answer
                end
                return answers
                """
        )

        /// Renews the lease of a process, and removes the names of those whose leases have ended.
        ///
        /// `ARGV`: the process, the lease in milliseconds, and 1 to remove others.
        ///
        /// Returns 0 if the process was not known.
        static let renew = RedisScript(
            common + """
                local known = redis.call('ZSCORE', KEYS[2], ARGV[1])
                redis.call('ZADD', KEYS[2], now + tonumber(ARGV[2]), ARGV[1])
                if ARGV[3] == '1' then
                  local dead = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)
                  if #dead > 0 then
                    local isGone = {}
                    for _, process in ipairs(dead) do
                      isGone[process] = true
                      redis.call('ZREM', KEYS[2], process)
                    end
                    remove(isGone)
                  end
                end
                return known and 1 or 0
                """
        )

        /// Ends the lease of a process, and removes its names.
        ///
        /// `ARGV`: the process.
        static let depart = RedisScript(
            common + """
                redis.call('ZREM', KEYS[2], ARGV[1])
                remove({[ARGV[1]] = true})
                return 1
                """
        )

        /// Returns the id of the last change of people, and all names as JSON.
        static let everyone = RedisScript(
            """
            local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
            local answer = {last and last[1] or '0-0'}
            for _, value in ipairs(redis.call('HVALS', KEYS[1])) do
              answer[#answer + 1] = string.match(value, '^%S+ %S+ (.*)$')
            end
            return answer
            """
        )
    }
#endif
