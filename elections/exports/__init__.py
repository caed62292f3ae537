"""What can be taken out: each table is defined once, and written as CSV or as XLSX."""
