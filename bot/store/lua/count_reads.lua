-- What an outlet bills once within a UTC day counts once: whether an id is new and what that adds are one step, so
-- that neither a second search nor a restart nor a second process counts it again, and no crash loses it.
-- KEYS: the month's hash, the hash of all, the ids of the day's posts, and of its users
-- ARGV: the day's two fields, the two fields in all, seconds to keep the month and the ids, how many posts; then all ids
-- Gives posts and users of the day, then of the month.
local month, all = KEYS[1], KEYS[2]
local keep_month, keep_ids, posts = ARGV[5], ARGV[6], tonumber(ARGV[7])
local added = { 0, 0 }
for at = 8, #ARGV do
    local kind = at - 7 <= posts and 1 or 2
    added[kind] = added[kind] + redis.call('SADD', KEYS[2 + kind], ARGV[at])
end
local totals = {}
for kind, name in ipairs({ 'posts', 'users' }) do
    totals[kind] = redis.call('HINCRBY', month, ARGV[kind], added[kind])
    totals[kind + 2] = redis.call('HINCRBY', month, name, added[kind])
    redis.call('HINCRBY', all, ARGV[kind + 2], added[kind])
    redis.call('EXPIRE', KEYS[2 + kind], keep_ids)
end
redis.call('EXPIRE', month, keep_month)
return totals
