--[[
  Read the books and what is not in them yet, at one instant. Changes nothing.

  KEYS[1] books (hash)   KEYS[2] inbox (stream)   KEYS[3] dead (hash)   KEYS[4] of a shard: relay (stream)
  Returns the books as field, value, …; then how many wait in the inbox, are dead, and wait in the relay.
]]
return {redis.call('HGETALL', KEYS[1]), redis.call('XLEN', KEYS[2]), redis.call('HLEN', KEYS[3]),
  KEYS[4] and redis.call('XLEN', KEYS[4]) or 0}
