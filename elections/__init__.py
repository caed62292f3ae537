"""The exchange offer: its rules, its record, its pages."""
