"""What findings amount to: pure functions of findings and counts."""
