"""ISO 9001 process-compliance auditing for offices that handle administrative procedures."""

import os

# Read when numpy is first imported: threads for matrices, of which there are none, take half of that time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
