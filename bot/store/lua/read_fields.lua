-- Read one field of many hashes: a pipeline of HGETs costs the asking process eight times as much CPU (2026-11-29).
-- KEYS: the hashes   ARGV[1] the field
-- Returns for each its value, nothing if it is absent, or the error with which it was refused.
local found = {}
for place, key in ipairs(KEYS) do
  found[place] = redis.pcall('HGET', key, ARGV[1])
end
return found
