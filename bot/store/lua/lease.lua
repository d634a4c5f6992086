--[[
  Take a lease, or keep the one we hold. Time runs on the server here: a lease must end though its holder is gone.

  KEYS[1] lease   ARGV[1] holder   ARGV[2] milliseconds, 0 to give it back
  Returns 1 if it is ours now (or was given back), 0 if another holds it.
]]
local holder, length = ARGV[1], tonumber(ARGV[2])
local held = redis.call('GET', KEYS[1])

if held and held ~= holder then
  return 0
end
if length == 0 then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], holder, 'PX', length)
end
return 1
