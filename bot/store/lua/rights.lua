--[[
  Say which commands whoever asks may not run, without running any.

  KEYS[1] a key of ours   ARGV commands as they are called, their words apart by blanks, * for the key
  Returns those that are refused or not known, in their order. Servers before Redis 7 cannot be asked: none is said.
]]
local refused = {}
for _, command in ipairs(redis.acl_check_cmd and ARGV or {}) do
  local words = {}
  for word in string.gmatch(command, '%S+') do
    words[#words + 1] = word == '*' and KEYS[1] or word
  end
  local known, allowed = pcall(redis.acl_check_cmd, unpack(words))
  if not (known and allowed) then
    refused[#refused + 1] = words[1]
  end
end
return refused
