"""Reading and writing: one module per table or model step, and the command line."""
