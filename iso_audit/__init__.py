"""ISO 9001 process-compliance auditing for offices that handle administrative procedures."""
