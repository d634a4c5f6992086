--[[
  Take a lease, or keep the one we hold. Time runs on the server here: a lease must end though its holder is gone.

  KEYS[1] lease   KEYS[2] fence (string "<number> <holder>"), whose number goes up when another holder takes the lease
  ARGV[1] holder   ARGV[2] milliseconds, 0 to give it back
  Returns the fence if the lease is ours now (or was given back), '' if another holds it.

  Who takes a lease again that nobody else had meanwhile keeps its fence: what it has under way goes on.
]]
local holder, length = ARGV[1], tonumber(ARGV[2])
local held = redis.call('GET', KEYS[1])

if held and held ~= holder then
  return ''
end
local fence = redis.call('GET', KEYS[2]) or '0 '
local number, last = fence:match('^(%d+) (.*)$')
if length == 0 then
  redis.call('DEL', KEYS[1])
  return fence
end
if last ~= holder then
  fence = string.format('%d %s', number + 1, holder)
  redis.call('SET', KEYS[2], fence)
end
redis.call('SET', KEYS[1], holder, 'PX', length)
return fence
