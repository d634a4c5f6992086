-- Add entries with their ids to a stream. One that it has already is passed over, so that a call may be repeated.
-- KEYS[1] the stream   ARGV for each entry: its id, the number of words that follow, its fields and values
local at = 1
while at <= #ARGV do
  local last = at + 1 + tonumber(ARGV[at + 1])
  local added = redis.pcall('XADD', KEYS[1], ARGV[at], unpack(ARGV, at + 2, last))
  if type(added) == 'table' and added.err and not string.find(added.err, 'equal or smaller', 1, true) then
    return added
  end
  at = last + 1
end
