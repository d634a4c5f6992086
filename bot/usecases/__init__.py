"""What a person may ask of the bot. Each use case reads, lets the domain decide, and commits once."""
