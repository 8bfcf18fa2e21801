"""Our files become nouns: the only door to YAML and pydantic."""
