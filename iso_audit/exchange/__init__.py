"""OTHER people's formats, in: tables and event logs as offices and their programs write them."""
