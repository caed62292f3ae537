"""All that happens after the commit: the outbox, its worker, the PDF and the mail."""
