"""What an employee sees: one module a page, shared parts in `person`, `statement` and `signing`."""
