--[[
  Write what was decided, where what it was decided on still holds: some transactions, one after the other, each of
  them all or nothing by itself.

  KEYS of each transaction: its inbox (stream), then every key that is guarded or written
  ARGV[1] consumer group   then for each transaction: number of its keys, number of its words, and its words:
    inbox entry that it answers, '' for none
    number of guards; for each: index in its keys, field ('' for a plain string), expected value ('' for absent)
    then commands until its end: number of words that follow, name, index in its keys, other words
  Returns for each transaction 1 if it was written, 0 if the entry had been answered before, -1 if a guard no longer
  holds, or the error with which a command of it ended.

  Whether the entry was answered is asked first: of two workers that hold one entry the slower must hear
  "answered", not "stale", or it would try again what is done.
]]
local group = ARGV[1]

local function holds(first, at, guards)
  for i = at, at + 3 * (guards - 1), 3 do
    local key, field = KEYS[first + tonumber(ARGV[i])], ARGV[i + 1]
    local found
    if field == '' then
      found = redis.call('GET', key)
    else
      found = redis.call('HGET', key, field)
    end
    if (found or '') ~= ARGV[i + 2] then
      return false
    end
  end
  return true
end

local function write(first, at, last)
  while at <= last do
    local till = at + tonumber(ARGV[at])
    ARGV[at + 2] = KEYS[first + tonumber(ARGV[at + 2])]
    local reply = redis.pcall(unpack(ARGV, at + 1, till))
    if type(reply) == 'table' and reply.err then
      return reply
    end
    at = till + 1
  end
end

local function commit(first, at, last)
  local inbox, entry, guards = KEYS[first + 1], ARGV[at], tonumber(ARGV[at + 1])
  if entry ~= '' and #redis.call('XPENDING', inbox, group, entry, entry, 1) == 0 then
    return 0
  end
  if not holds(first, at + 2, guards) then
    return -1
  end
  local failed = write(first, at + 2 + 3 * guards, last)
  if failed then
    return failed
  end
  if entry ~= '' then
    redis.call('XACK', inbox, group, entry)
    redis.call('XDEL', inbox, entry)
  end
  return 1
end

local replies = {}
local first, at = 0, 2
while at <= #ARGV do
  local keys, words = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  replies[#replies + 1] = commit(first, at + 2, at + 1 + words)
  first, at = first + keys, at + 2 + words
end
return replies
