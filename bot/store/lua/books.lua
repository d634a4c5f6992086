--[[
  Read the books and what is not in them yet, at one instant. Changes nothing.

  KEYS[1] books (hash)   KEYS[2] inbox (stream)   KEYS[3] dead (hash)
  Returns the books as field, value, …; then how many wait in the inbox, and how many are dead.
]]
return {redis.call('HGETALL', KEYS[1]), redis.call('XLEN', KEYS[2]), redis.call('HLEN', KEYS[3])}
