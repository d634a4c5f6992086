--[[
  Let mentions into the inbox, each once, and move the source's cursor with them. All or nothing.

  KEYS[1] inbox (stream)   KEYS[2] cursors (hash)   KEYS[3] heard (hash)   KEYS[4] books (hash)
  KEYS[5..] seen:<mention>, one for each mention
  ARGV[1] source   ARGV[2] cursor, '' to leave it   ARGV[3] now, ms   ARGV[4] seconds to remember a mention
  ARGV[5] the most entries the inbox may hold   ARGV[6..] mentions as JSON, in the order of their keys
  Returns how many were new, or -1 if the inbox is full and nothing was done, or the error with which the server refused
  one: it, and those after it, are new when they come again. Only who loses a right in the middle is refused there.
]]
local inbox, cursors, heard, books = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local source, cursor, now, remember, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local count = #KEYS - 4

if count > 0 and redis.call('XLEN', inbox) + count > most then
  return -1
end

local new, refused = 0, nil
for i = 1, count do
  if redis.call('SET', KEYS[4 + i], now, 'NX', 'EX', remember) then
    local added = redis.pcall('XADD', inbox, '*', 'm', ARGV[5 + i], 'at', now)
    if type(added) == 'table' then
      redis.call('DEL', KEYS[4 + i])
      refused = added
      break
    end
    new = new + 1
  end
end

if new > 0 then
  redis.call('HINCRBY', books, 'seen', new)
end
if refused then
  return refused
end
if count > 0 then
  redis.call('HSET', heard, source, now)
end
if cursor ~= '' then
  redis.call('HSET', cursors, source, cursor)
end
return new
