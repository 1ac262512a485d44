"""The REST side: one file per resource, one table of errors, one policy per route."""
