"""One module per table, named as the table, each with one `TABLE`."""
