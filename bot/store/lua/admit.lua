--[[
  Let mentions into the inbox, each once, and move the source's cursor with them. All or nothing.

  KEYS[1] inbox (stream)   KEYS[2] cursors (hash)   KEYS[3] heard (hash)   KEYS[4] books (hash)
  KEYS[5] source_health:<source> (hash)   KEYS[6] seen_authors:<month> (bits)
  KEYS[7..] seen:<mention>, one for each mention; then case:<id>, one for each of them that was edited or deleted
  ARGV[1] source   ARGV[2] cursor, '' to leave it   ARGV[3] now, ms   ARGV[4] seconds to remember a mention
  ARGV[5] the most entries the inbox may hold   ARGV[6] hours and ARGV[7] delays for which there are slots
  ARGV[8] seconds to remember an author
  ARGV[9..] mentions, in the order of their keys: its version, which grows with each edit, or -1 if it was deleted; when
    it was written, ms; the digest of its author, or ''; '1' if it is only let in if it is known; then it as JSON

  A key holds when the mention came, or `v` and the version of the newest wording that came, or `d` once it was deleted.
  A newer wording of a known mention is put in the inbox as an edit, and so is its deletion; an older one, or the same,
  is kept out, as is all that comes after a deletion, and the deletion of what nobody has seen. A mention is also known
  for as long as its case is kept. An edit that no longer names a subject is only let in if the mention is known, and
  is then `known` in the inbox.
  Returns how many were new, or -1 if the inbox is full and nothing was done, or the error with which the server refused
  one: it, and those after it, are new when they come again. Only who loses a right in the middle is refused there.
]]
local inbox, cursors, heard, books, health = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local source, cursor, now, remember, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local authors = KEYS[6]
local count = (#ARGV - 8) / 5

if count > 0 and redis.call('XLEN', inbox) + count > most then
  return -1
end

-- What the key held before, whether this is let in, and whether it is about a mention that was let in before.
local function mark(key, version, case, only_known)
  if version == 0 then
    return false, redis.call('SET', key, now, 'NX', 'EX', remember), false
  end
  local known = redis.call('GET', key)
  if known and string.sub(known, 1, 1) == 'd' then
    return known, false, true
  end
  local seen = known or redis.call('EXISTS', case) == 1
  if only_known and not seen then
    return known, false, false
  end
  if version < 0 then
    return known, seen and redis.call('SET', key, 'd', 'EX', remember), true
  end
  if known and version <= tonumber(string.match(known, '^v(%d+)$') or 0) then
    return known, false, true
  end
  return known, redis.call('SET', key, string.format('v%d', version), 'EX', remember), seen
end

local function add(body, edit, only_known)
  if edit then
    return redis.pcall('XADD', inbox, '*', 'm', body, 'at', now, 'edit', only_known and 'known' or '1')
  end
  return redis.pcall('XADD', inbox, '*', 'm', body, 'at', now)
end

-- Four bits for each author, at the places that its digest names: whoever has all of them may have been seen.
-- Many authors in one command, which costs the server as much as one of them.
local bits = {}

local function write_authors()
  if #bits > 0 then
    redis.call('BITFIELD', authors, unpack(bits))
    bits = {}
  end
end

local function remember_author(digest)
  for at = 1, #digest, 5 do
    local next = #bits
    bits[next + 1], bits[next + 2], bits[next + 3], bits[next + 4] =
      'SET', 'u1', tonumber(string.sub(digest, at, at + 4), 16), 1
  end
  if #bits > 1000 then  -- Lua can pass on some thousands
    write_authors()
  end
end

-- The health of the source: a slot holds its hour and how many came in it, or when a post came and how late it was.
local function measure(times)
  local at, slots, samples = tonumber(now), tonumber(ARGV[6]), tonumber(ARGV[7])
  local hour = math.floor(at / 3600000)
  local slot = 'h' .. (hour % slots)
  local held, before = string.match(redis.call('HGET', health, slot) or '', '^(%d+) (%d+)$')
  local counted = #times + (tonumber(held) == hour and tonumber(before) or 0)
  local fields = {slot, string.format('%d %d', hour, counted)}
  local newest = tonumber(string.match(redis.call('HGET', health, 'newest') or '', '^%d+$') or 0)
  local nth = tonumber(string.match(redis.call('HGET', health, 'nth') or '', '^%d+$') or 0)
  for i, time in ipairs(times) do
    newest = math.max(newest, time)
    if i > #times - samples then
      nth = (nth + 1) % samples
      fields[#fields + 1] = 'd' .. nth
      fields[#fields + 1] = string.format('%d %d', at, math.max(0, at - time))
    end
  end
  redis.call('HSET', health, 'newest', string.format('%d', newest), 'nth', nth, unpack(fields))
  redis.call('HSETNX', health, 'started', now)
end

local new, edited, posts, versioned, refused, written = 0, 0, 0, 0, nil, {}
for i = 1, count do
  local key, version = KEYS[6 + i], tonumber(ARGV[4 + 5 * i])
  if version ~= 0 then
    versioned = versioned + 1
  end
  local only_known = ARGV[7 + 5 * i] == '1'
  local known, taken, edit = mark(key, version, KEYS[6 + count + versioned], only_known)
  if taken or (version >= 0 and not only_known) then
    posts = posts + 1
  end
  if taken then
    local added = add(ARGV[8 + 5 * i], edit, only_known)
    if type(added) == 'table' then
      if known then
        redis.call('SET', key, known, 'EX', remember)
      else
        redis.call('DEL', key)
      end
      refused = added
      break
    end
    remember_author(ARGV[6 + 5 * i])
    if edit then
      edited = edited + 1
    else
      new = new + 1
      written[new] = tonumber(ARGV[5 + 5 * i])
    end
  end
end

write_authors()
if new + edited > 0 then
  redis.call('EXPIRE', authors, ARGV[8])
end
if new > 0 then
  redis.call('HINCRBY', books, 'seen', new)
  measure(written)
end
if edited > 0 then
  redis.call('HINCRBY', books, 'editing', edited)
end
if refused then
  return refused
end
if posts > 0 then
  redis.call('HSET', heard, source, now)
end
if cursor ~= '' then
  redis.call('HSET', cursors, source, cursor)
elseif posts == 0 and redis.call('HINCRBY', books, 'seen', 0) == 0 then
  redis.call('HDEL', books, 'seen')  -- nothing changes, but WAIT speaks of what was written before a write, as this was
end
return new
