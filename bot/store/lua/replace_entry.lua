-- Put another entry in the place of one: at the end of its stream, since entries cannot be changed. Whoever has it in
-- hand finds it answered and comes to the new one; what somebody else took out meanwhile does not come back.
-- KEYS: the stream. ARGV: the entry, its consumer group ('' for none), the new entry's fields and values. Gives 1 or 0.
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then
    return 0
end
if ARGV[2] ~= '' then
    redis.call('XACK', KEYS[1], ARGV[2], ARGV[1])
end
redis.call('XADD', KEYS[1], '*', unpack(ARGV, 3))
return 1
