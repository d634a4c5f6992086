--[[
  Write what was decided, where what it was decided on still holds: some transactions, one after the other, each of
  them all or nothing by itself.

  KEYS every key that is guarded or written, and the inbox (stream), each once
  ARGV[1] consumer group   then for each transaction: number of its words, and its words:
    index of its inbox in KEYS, inbox entry that it answers, '' for none
    number of guards; for each: index in KEYS, field ('' for a plain string), expected value ('' for absent)
    then commands until its end: number of words that follow, name, index in KEYS, other words; of the server, or one
    of `own` below
  Returns for each transaction 1 if it was written, 0 if the entry had been answered before, -1 if a guard no longer
  holds, or the error with which a command of it ended.

  Whether the entry was answered is asked first: of two workers that hold one entry the slower must hear
  "answered", not "stale", or it would try again what is done. So must who holds an entry of a group that is lost,
  after a failover to a server that never had it: what of its entries is left is given to the next group anew.
]]
local KEYS, ARGV, call = KEYS, ARGV, redis.call
local group = ARGV[1]

local function holds(at, guards)
  for i = at, at + 3 * (guards - 1), 3 do
    local key, field = KEYS[tonumber(ARGV[i])], ARGV[i + 1]
    local found
    if field == '' then
      found = call('GET', key)
    else
      found = call('HGET', key, field)
    end
    if (found or '') ~= ARGV[i + 2] then
      return false
    end
  end
  return true
end

local own = {}

-- Count an event in a hash: how often, when first and when last; the hash is kept for so many seconds after it.
function own.count_event(key, often, first, last, at, kept)
  local count = redis.pcall('HINCRBY', key, often, 1)
  if count == 1 then
    call('HSET', key, first, at, last, at)
  elseif type(count) == 'number' then
    call('HSET', key, last, at)
  else
    return count
  end
  call('EXPIRE', key, kept)
end

local function write(at, last)
  while at <= last do
    local till = at + tonumber(ARGV[at])
    ARGV[at + 2] = KEYS[tonumber(ARGV[at + 2])]
    local reply
    if own[ARGV[at + 1]] then
      reply = own[ARGV[at + 1]](unpack(ARGV, at + 2, till))
    else
      reply = redis.pcall(unpack(ARGV, at + 1, till))
    end
    if type(reply) == 'table' and reply.err then
      return reply
    end
    at = till + 1
  end
end

local function commit(at, last)
  local inbox, entry, guards = KEYS[tonumber(ARGV[at])], ARGV[at + 1], tonumber(ARGV[at + 2])
  if entry ~= '' then
    local waiting = redis.pcall('XPENDING', inbox, group, entry, entry, 1)
    if waiting.err and not string.find(waiting.err, 'NOGROUP', 1, true) then
      return waiting
    end
    if #waiting == 0 then
      return 0
    end
  end
  if not holds(at + 3, guards) then
    return -1
  end
  local failed = write(at + 3 + 3 * guards, last)
  if failed then
    return failed
  end
  if entry ~= '' then
    call('XACK', inbox, group, entry)
    call('XDEL', inbox, entry)
  end
  return 1
end

local replies = {}
local at = 2
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  replies[#replies + 1] = commit(at + 1, last)
  at = last + 1
end
return replies
