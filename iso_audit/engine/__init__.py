"""Holds a log and answers: what was read, which distinct things happened, and how often each was judged."""
