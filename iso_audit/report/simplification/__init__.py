"""A procedure beside simpler ones: what each proposal brings, what it breaks, how sure that is."""
