"""What follows from a procedure by thought alone: structure, runs, times, duties."""
