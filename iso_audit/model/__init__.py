"""Nouns: frozen values, standard library only; no files, no clock, no random numbers."""
