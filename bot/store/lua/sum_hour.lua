--[[
  Add up the counters of an hour by subject, word and quarter, so that weeks of them are read at once. Twice is harmless.

  KEYS[1] the hash of the hour   KEYS[2] its sums, which whoever counts in this hour removes in the same transaction
  ARGV[1] seconds to keep them   ARGV[2] the field that says that they are made
  ARGV[3] and on: the words, each a sentiment, the last one an intent that counts in place of the sentiment
  Writes for each subject the four quarters of the first word, then those of the next. What is no counter is left out.
]]
local flat, words = redis.pcall('HGETALL', KEYS[1]), {}
if flat.err then -- a key of another type has no counters
  return 0
end
for nth = 3, #ARGV do
  words[ARGV[nth]] = nth - 3
end
local instead, size = ARGV[#ARGV], 4 * (#ARGV - 2)
local sums = {}
for at = 1, #flat, 2 do
  local quarter, subject, sentiment, intent = string.match(flat[at], '^([0-3])|([^|]*)|[^|]*|([^|]*)|([^|]*)')
  local count = tonumber(string.match(flat[at + 1], '^%-?%d+$'))
  local word = words[intent == instead and intent or sentiment]
  if quarter and count and word then
    local sum = sums[subject]
    if not sum then
      sum = {}
      for place = 1, size do
        sum[place] = 0
      end
      sums[subject] = sum
    end
    local place = 4 * word + quarter + 1
    sum[place] = sum[place] + count
  end
end
redis.call('DEL', KEYS[2])
for subject, sum in pairs(sums) do
  for place = 1, size do
    sum[place] = string.format('%.0f', sum[place])
  end
  redis.call('HSET', KEYS[2], subject, table.concat(sum, ','))
end
redis.call('HSET', KEYS[2], ARGV[2], 1)
return redis.call('EXPIRE', KEYS[2], ARGV[1])
