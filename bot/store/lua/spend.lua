--[[
  Take one call out of every bucket it needs, or out of none. A bucket fills at an even rate up to its size;
  what it regained once is not regained again by a caller whose clock is a little behind. A clock that jumps back
  by more than two machines differ was set: then a bucket goes on from now, and a pause that began later is over.

  KEYS pairwise: bucket (string "<level> <ms>"), parked (string "<ms until when nothing may be sent> <ms since when>")
  ARGV[1] now, ms   then for each pair: size, milliseconds in which one call is regained
  Returns 0 if the call may be made now, else the milliseconds to wait.
]]
-- A bucket that holds anything else is a full one.
local STEP = 25000
local now = tonumber(ARGV[1])
local wait, levels, counted = 0, {}, {}

local function left(parked)
  local till, since = (parked or '0'):match('^(%d+) ?(%d*)$')
  if not till then -- none of ours
    return 0
  end
  if tonumber(since ~= '' and since or '0') > now + STEP then
    return 0
  end
  return tonumber(till) - now
end

for i = 1, #KEYS / 2 do
  local size, regain = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local level, until_when = size, now
  local kept = redis.call('GET', KEYS[2 * i - 1])
  local before, since = (kept or ''):match('^(%-?[%d.]+) (%-?%d+)$')
  if before and tonumber(before) and tonumber(since) then
    if tonumber(since) > now + STEP then
      since = now
      redis.call('SET', KEYS[2 * i - 1], before .. ' ' .. ARGV[1], 'EX', 120)
    end
    until_when = math.max(now, tonumber(since))
    level = math.min(size, tonumber(before) + (until_when - tonumber(since)) / regain)
  end
  if level < 1 then
    wait = math.max(wait, math.ceil((1 - level) * regain))
  end
  wait = math.max(wait, left(redis.call('GET', KEYS[2 * i]) or nil))
  levels[i], counted[i] = level, until_when
end

if wait > 0 then
  return wait
end
for i = 1, #KEYS / 2 do
  redis.call('SET', KEYS[2 * i - 1], string.format('%.6f %d', levels[i] - 1, counted[i]), 'EX', 120)
end
return 0
