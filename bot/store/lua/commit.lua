--[[
  Write what was decided, where what it was decided on still holds: some transactions, one after the other, each of
  them all or nothing by itself.

  KEYS every key that is guarded or written, and the inbox (stream), each once
  ARGV[1] consumer group   ARGV[2] the transactions as JSON, each a list of
    the index of its inbox in KEYS
    the inbox entry that it answers, '' for none
    its guards: for each index in KEYS, field ('' for a plain string), expected value ('' for absent)
    its commands: for each name, index in KEYS, other words; of the server, or one of `own` below
    the words that are in ARGV: for each the number of its command, its place there, and its index in ARGV
  Returns for each transaction 1 if it was written, 0 if the entry had been answered before, -1 if a guard no longer
  holds, or the error with which a command of it ended.

  Whether the entry was answered is asked first: of two workers that hold one entry the slower must hear
  "answered", not "stale", or it would try again what is done. So must who holds an entry of a group that is lost,
  after a failover to a server that never had it: what of its entries is left is given to the next group anew.

  Commands that add to one key are run as one for all transactions, since each costs the server as much as its words.
  Whatever else touches the key comes after those that stand before it.
]]
local KEYS, ARGV, call, pcall = KEYS, ARGV, redis.call, redis.pcall
local group, transactions = ARGV[1], cjson.decode(ARGV[2])
local replies = {}

local ADDING = {HINCRBY = true, HSET = true, RPUSH = true, SADD = true, ZADD = true}
local OPTIONS = {LT = true, NX = true}  -- of ZADD
local MOST_WORDS = 1000  -- Lua can pass on some thousands
local additions, order = {}, {}

local function add_up(key, sums)
  for _, field in ipairs(sums) do
    local reply = pcall('HINCRBY', key, field, sums.by[field])
    if type(reply) == 'table' then
      return reply
    end
  end
end

-- Run what was put off for a key. An error is that of all transactions that added to it.
local function flush(key)
  local words = additions[key]
  if words == nil then
    return
  end
  additions[key] = nil
  local reply
  if words.by then
    reply = add_up(key, words)
  else
    reply = pcall(words.command, key, unpack(words))
  end
  if type(reply) == 'table' and reply.err then
    for number in pairs(words.transactions) do
      replies[number] = reply
    end
  end
end

-- Put a command off until its key is touched by another one, or all is written. False if that would change its meaning.
local function put_off(number, key, write)
  local command, first, option = write[1], 3, ''
  if command == 'ZADD' and OPTIONS[write[3]] then
    first, option = 4, write[3]
  end
  if not ADDING[command] or (command == 'ZADD' and not tonumber(write[first])) then
    return false
  end
  local words = additions[key]
  if words and (words.command ~= command or words.option ~= option or #words > MOST_WORDS) then
    flush(key)
    words = nil
  end
  if not words then
    words = {command = command, option = option, transactions = {}, by = command == 'HINCRBY' and {} or nil}
    additions[key], order[#order + 1] = words, key
    words[1] = option ~= '' and option or nil
  end
  words.transactions[number] = true
  if words.by then
    local field = write[3]
    if not words.by[field] then
      words[#words + 1] = field
    end
    words.by[field] = (words.by[field] or 0) + write[4]
  else
    for i = first, #write do
      words[#words + 1] = write[i]
    end
  end
  return true
end

-- Strings that are guarded, as they are before the first write to them.
local held = {}

local function read_guarded_strings()
  local names = {}
  for _, transaction in ipairs(transactions) do
    local guards = transaction[3]
    for i = 1, #guards, 3 do
      if guards[i + 1] == '' and #names < MOST_WORDS then
        names[#names + 1] = KEYS[guards[i]]
      end
    end
  end
  if #names > 1 then
    local values = call('MGET', unpack(names))
    for i, name in ipairs(names) do
      held[name] = values[i]
    end
  end
end

local function holds(guards)
  for i = 1, #guards, 3 do
    local key, field = KEYS[guards[i]], guards[i + 1]
    local found
    flush(key)
    if field ~= '' then
      found = call('HGET', key, field)
    elseif held[key] ~= nil then
      found = held[key]
    else
      found = call('GET', key)
    end
    if (found or '') ~= guards[i + 2] then
      return false
    end
  end
  return true
end

local own = {}

-- Count an event in a hash: how often, when first and when last; the hash is kept for so many seconds after it.
function own.count_event(key, often, first, last, at, kept)
  local count = pcall('HINCRBY', key, often, 1)
  if count == 1 then
    call('HSET', key, first, at, last, at)
  elseif type(count) == 'number' then
    call('HSET', key, last, at)
  else
    return count
  end
  call('EXPIRE', key, kept)
end

local function write(number, writes, raw)
  for i = 1, #raw, 3 do
    writes[raw[i]][raw[i + 1]] = ARGV[raw[i + 2]]
  end
  for _, words in ipairs(writes) do
    local key = KEYS[words[2]]
    held[key] = nil
    if not put_off(number, key, words) then
      flush(key)
      words[2] = key
      local reply
      if own[words[1]] then
        reply = own[words[1]](unpack(words, 2))
      else
        reply = pcall(unpack(words))
      end
      if type(reply) == 'table' and reply.err then
        return reply
      end
    end
  end
  return 1
end

-- Entries that nobody has answered are true, and those that this call answers false.
local waiting = {}

local function read_waiting()
  local first, last, count = nil, nil, 0
  for _, transaction in ipairs(transactions) do
    if transaction[2] ~= '' and (not first or first[1] == transaction[1]) then
      first, last, count = first or transaction, transaction, count + 1
    end
  end
  if count > 1 then
    local found = pcall('XPENDING', KEYS[first[1]], group, first[2], last[2], count)
    for _, pending in ipairs(found) do
      waiting[first[1] .. ' ' .. pending[1]] = true
    end
  end
end

local function commit(number, inbox, entry, guards, writes, raw)
  local name = inbox .. ' ' .. entry
  if entry ~= '' and waiting[name] == nil then
    local found = pcall('XPENDING', KEYS[inbox], group, entry, entry, 1)
    if found.err and not string.find(found.err, 'NOGROUP', 1, true) then
      return found
    end
    waiting[name] = #found > 0
  end
  if entry ~= '' and not waiting[name] then
    return 0
  end
  if not holds(guards) then
    return -1
  end
  waiting[name] = false
  return write(number, writes, raw)
end

local function answer_entries()
  local answered = {}
  for number, transaction in ipairs(transactions) do
    if replies[number] == 1 and transaction[2] ~= '' then
      local inbox = KEYS[transaction[1]]
      answered[inbox] = answered[inbox] or {}
      table.insert(answered[inbox], transaction[2])
    end
  end
  for inbox, entries in pairs(answered) do
    call('XACK', inbox, group, unpack(entries))
    call('XDEL', inbox, unpack(entries))
  end
end

-- A store that takes no writes refuses this one, which changes nothing, before anything is written: a full memory refuses
-- what adds, until a script has written something, and a transaction would be written in part.
local refused = pcall('ZADD', KEYS[1], 'XX', 0, '')
if type(refused) == 'table' and refused.err and not string.find(refused.err, 'WRONGTYPE', 1, true) then
  for number in ipairs(transactions) do
    replies[number] = refused
  end
  return replies
end

read_guarded_strings()
read_waiting()
for number, transaction in ipairs(transactions) do
  local reply = commit(number, unpack(transaction))
  replies[number] = replies[number] or reply
end
for _, key in ipairs(order) do
  flush(key)
end
answer_entries()
return replies
