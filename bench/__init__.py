"""What is measured, each beside something to compare it with: `python -m bench.NAME`."""
