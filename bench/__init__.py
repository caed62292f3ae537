"""Measurements of what the portal costs, each to be run by hand."""
