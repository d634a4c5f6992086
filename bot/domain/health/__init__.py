"""Watching over Earshot itself: sources that fall silent, queues that stand, books that do not balance."""
