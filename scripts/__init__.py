"""What the Makefile runs: the standard library only, since some of it comes before any install."""
