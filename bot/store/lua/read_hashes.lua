-- Read of each of many hashes what fits its pattern, at one instant: other fields are neither sent nor decoded.
-- KEYS: hashes   ARGV: the pattern of each, * for everything
-- Returns for each its fields and values, or the error with which it was refused. Nothing is written meanwhile, so no
-- field comes twice.
local found = {}
for place, key in ipairs(KEYS) do
  if ARGV[place] == '*' then
    found[place] = redis.pcall('HGETALL', key)
  else
    local flat, cursor = {}, '0'
    repeat
      local reply = redis.pcall('HSCAN', key, cursor, 'MATCH', ARGV[place], 'COUNT', 100000)
      if reply.err then
        flat = reply
        break
      end
      cursor = reply[1]
      for _, word in ipairs(reply[2]) do
        flat[#flat + 1] = word
      end
    until cursor == '0'
    found[place] = flat
  end
end
return found
