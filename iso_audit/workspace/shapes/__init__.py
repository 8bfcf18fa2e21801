"""What our files look like: one pydantic shape for each kind of file, also the source of its JSON Schema."""
