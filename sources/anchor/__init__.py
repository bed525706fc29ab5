"""What Anchor programs emit, read from bytes: layouts, encodings of the data, fields, and addresses."""
