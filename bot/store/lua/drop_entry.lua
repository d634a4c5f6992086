--[[
  Give up a mention that waits: counted as tallied, and whoever has it in hand finds it answered.

  KEYS[1] inbox (stream)   KEYS[2] books (hash)
  ARGV[1] inbox entry   ARGV[2] consumer group
  Returns 1 if it was there, 0 if it has been answered before, and so been counted.

  Counting comes first: it is the one that a full memory refuses.
]]
if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then
  return 0
end
redis.call('HINCRBY', KEYS[2], 'tallied', 1)
redis.call('XACK', KEYS[1], ARGV[2], ARGV[1])
redis.call('XDEL', KEYS[1], ARGV[1])
return 1
