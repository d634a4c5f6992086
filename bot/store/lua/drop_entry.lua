--[[
  Give up an entry that waits: a mention is counted as tallied, an edit of one no longer waits. Whoever has it in hand
  finds it answered.

  KEYS[1] inbox (stream)   KEYS[2] books (hash)
  ARGV[1] inbox entry   ARGV[2] consumer group
  Returns 1 if it was there, 0 if it has been answered before, and so been counted.

  Counting comes first: it is the one that a full memory refuses.
]]
local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
if #found == 0 then
  return 0
end
local edit = false
for i = 1, #found[1][2], 2 do
  edit = edit or found[1][2][i] == 'edit'
end
if edit then
  redis.call('HINCRBY', KEYS[2], 'editing', -1)
else
  redis.call('HINCRBY', KEYS[2], 'tallied', 1)
end
redis.call('XACK', KEYS[1], ARGV[2], ARGV[1])
redis.call('XDEL', KEYS[1], ARGV[1])
return 1
