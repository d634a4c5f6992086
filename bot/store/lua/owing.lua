--[[
  Forget destinations that are owed nothing any more. Asked again here, because one may be owed something by now.

  KEYS[1] outboxes (set)   KEYS[2..] the outbox (sorted set) of each   ARGV their names, in the same order
  Returns how many were forgotten.
]]
local forgotten = 0
for i = 2, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 0 then
    forgotten = forgotten + redis.call('SREM', KEYS[1], ARGV[i - 1])
  end
end
return forgotten
