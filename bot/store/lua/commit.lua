--[[
  Write what some transactions decided, where all that they were decided on still holds: all of it, or nothing.

  KEYS every key that is guarded or written, and the inbox (stream), each once
  ARGV[1] consumer group   ARGV[2] as JSON, a list of
    the index of the inbox in KEYS, the entries that are answered, and of each who asks, as one character
    of guarded strings the indexes in KEYS, and the values that they must have ('' for absent)
    of guarded fields, in turn, the index in KEYS, the name and the value
    of commands, in turn, the name (of the server, or one of `own` below), the index in KEYS, how many other words
    the words of all commands, and the places of those that are in ARGV
    for each command, divided by spaces, the characters of who asks for it; upkeep, at the end, has none
  ARGV[3…] long words
  Returns 1 if all is written; else what refuses it, as a list: for each entry that had been answered before its place
  with a minus or, only if there is none, the place of each guard that no longer holds. Or the error with which a command
  ended: the entries of all who did not ask for it are answered then.

  Whether the entry was answered is asked first: of two workers that hold one entry the slower must hear
  "answered", not "stale", or it would try again what is done. So must who holds an entry of a group that is lost,
  after a failover to a server that never had it: what of its entries is left is given to the next group anew.
]]
local KEYS, ARGV, call, pcall, unpack, type = KEYS, ARGV, redis.call, redis.pcall, unpack, type
local group, plan = ARGV[1], cjson.decode(ARGV[2])
local inbox, entries, marks, strings, expected, fields = KEYS[plan[1]], plan[2], plan[3], plan[4], plan[5], plan[6]
local commands, words = plan[7], plan[8]
local MOST_WORDS = 1000  -- Lua can pass on some thousands

-- Return the places of entries that are not pending, with a minus, or an error.
local function find_answered()
  local waiting, answered = {}, {}
  if #entries > 1 then
    for _, pending in ipairs(pcall('XPENDING', inbox, group, entries[1], entries[#entries], #entries)) do
      waiting[pending[1]] = true
    end
  end
  for i, entry in ipairs(entries) do
    if not waiting[entry] then
      local found = pcall('XPENDING', inbox, group, entry, entry, 1)
      if found.err and not string.find(found.err, 'NOGROUP', 1, true) then
        return found
      end
      if #found == 0 then
        answered[#answered + 1] = -i
      end
    end
  end
  return answered
end

-- Whether none of the keys is there of which a field must be absent: mostly new cases, which need not be asked one by one.
local function are_new()
  local names = {}
  for i = 1, #fields, 3 do
    if fields[i + 2] == '' and #names < MOST_WORDS then
      names[#names + 1] = KEYS[fields[i]]
    end
  end
  return #names > 0 and #names < MOST_WORDS and call('EXISTS', unpack(names)) == 0
end

-- Return the places of guards that do not hold.
local function find_stale()
  local stale = {}
  for i, index in ipairs(strings) do
    strings[i] = KEYS[index]
  end
  for first = 1, #strings, MOST_WORDS do
    local last = math.min(#strings, first + MOST_WORDS - 1)
    local values = call('MGET', unpack(strings, first, last))
    for i = first, last do
      if (values[i - first + 1] or '') ~= expected[i] then
        stale[#stale + 1] = i
      end
    end
  end
  local is_new = are_new()
  for i = 1, #fields, 3 do
    local value = fields[i + 2]
    if not (is_new and value == '') and (call('HGET', KEYS[fields[i]], fields[i + 1]) or '') ~= value then
      stale[#stale + 1] = #strings + (i + 2) / 3
    end
  end
  return stale
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

-- Who asked for a command that failed, by their characters, and its error. Known only after the first.
local owners, failed, failure = nil, {}, nil

local function note_failure(number, reply)
  failure = failure or reply
  if not owners then
    owners = {}
    for some in string.gmatch(plan[10], '%S+') do
      owners[#owners + 1] = some
    end
  end
  for owner in string.gmatch(owners[number] or '', '.') do
    failed[owner] = true
  end
end

-- Whether all who asked for a command have failed with one before it.
local function is_given_up(number)
  for owner in string.gmatch(owners[number] or ' ', '.') do
    if not failed[owner] then
      return false
    end
  end
  return true
end

local function write()
  for i, place in ipairs(plan[9]) do
    words[place + 1] = ARGV[i + 2]
  end
  local first = 1
  for i = 1, #commands, 3 do
    local name, key, last = commands[i], KEYS[commands[i + 1]], first + commands[i + 2] - 1
    local number = (i + 2) / 3
    if not failure or not is_given_up(number) then
      local run, reply = own[name], nil
      if run then
        reply = run(key, unpack(words, first, last))
      else
        reply = pcall(name, key, unpack(words, first, last))
      end
      if type(reply) == 'table' and reply.err then
        note_failure(number, reply)
      end
    end
    first = last + 1
  end
end

local function answer_entries()
  local answered = {}
  for i, entry in ipairs(entries) do
    if not failed[string.sub(marks, i, i)] then
      answered[#answered + 1] = entry
    end
  end
  if #answered > 0 then
    call('XACK', inbox, group, unpack(answered))
    call('XDEL', inbox, unpack(answered))
  end
end

-- A store that takes no writes refuses this one, which changes nothing, before anything is written: a full memory refuses
-- what adds, until a script has written something, and a transaction would be written in part.
local refused = pcall('ZADD', inbox, 'XX', 0, '')
if type(refused) == 'table' and refused.err and not string.find(refused.err, 'WRONGTYPE', 1, true) then
  return refused
end

local answered = find_answered()
if answered.err or #answered > 0 then
  return answered
end
local stale = find_stale()
if #stale > 0 then
  return stale
end
write()
answer_entries()
return failure or 1
