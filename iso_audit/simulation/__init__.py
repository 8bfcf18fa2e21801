"""What if the procedure were simpler: changes, their lawfulness, and dossiers played through both."""
