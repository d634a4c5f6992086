"""What people can do with the bot. Each use case reads, lets the domain decide, and commits once."""
