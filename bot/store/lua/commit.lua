--[[
  Write what was decided, if what it was decided on still holds. All or nothing.

  KEYS[1] inbox (stream)   KEYS[2..] every key that is guarded or written
  ARGV[1] inbox entry that this answers, '' for none   ARGV[2] consumer group
  ARGV[3] number of guards; for each: index in KEYS, field ('' for a plain string), expected value ('' for absent)
  then commands until the end: number of words that follow, name, index in KEYS, other words
  Returns 1 if it was written, 0 if the entry had been answered before, -1 if a guard no longer holds.

  Whether the entry was answered is asked first: of two workers that hold one entry the slower must hear
  "answered", not "stale", or it would try again what is done.
]]
local inbox, entry, group = KEYS[1], ARGV[1], ARGV[2]

if entry ~= '' and #redis.call('XPENDING', inbox, group, entry, entry, 1) == 0 then
  return 0
end

local at = 4
for _ = 1, tonumber(ARGV[3]) do
  local key, field, expected = KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2]
  local found
  if field == '' then
    found = redis.call('GET', key)
  else
    found = redis.call('HGET', key, field)
  end
  if (found or '') ~= expected then
    return -1
  end
  at = at + 3
end

while at <= #ARGV do
  local words = {}
  local last = at + tonumber(ARGV[at])
  for i = at + 1, last do
    words[#words + 1] = ARGV[i]
  end
  words[2] = KEYS[tonumber(words[2])]
  redis.call(unpack(words))
  at = last + 1
end

if entry ~= '' then
  redis.call('XACK', inbox, group, entry)
  redis.call('XDEL', inbox, entry)
end
return 1
