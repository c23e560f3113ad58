"""Who may see whom: splits, balancing, and the audit that looks for leaks."""
