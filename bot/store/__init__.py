"""Everything kept in Redis, and the only import of redis. Python decides, Lua commits."""
