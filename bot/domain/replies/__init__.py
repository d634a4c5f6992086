"""Answers in public: saved replies, how long they may be, where they are written, and what to look at before."""
