"""What staff and operators do from a shell; the same services as behind the pages."""
