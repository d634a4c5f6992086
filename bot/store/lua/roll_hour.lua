--[[
  Add the counters of an hour to the days in which its quarters are, and remove the hour. Twice is harmless: it is gone.

  KEYS[1] the hash of the hour   KEYS[2] to KEYS[5] the hash of the day of each quarter
  KEYS[6] the sums of the hour, where it may have some: they go with it
  ARGV[1] to ARGV[4] seconds to keep each of these days
  A refusal of the store ends the script at its first write, before anything is added. What is no counter is dropped.
]]
local flat = redis.call('HGETALL', KEYS[1])
for nth = 1, 4 do
  redis.call('HINCRBY', KEYS[nth + 1], 'rolled', 1)
  redis.call('EXPIRE', KEYS[nth + 1], ARGV[nth])
end
for at = 1, #flat, 2 do
  local quarter, counted = string.match(flat[at], '^([0-3])|(.*)$')
  if quarter then
    redis.pcall('HINCRBY', KEYS[quarter + 2], counted, flat[at + 1])
  end
end
if KEYS[6] then
  redis.call('DEL', KEYS[6])
end
return redis.call('DEL', KEYS[1])
