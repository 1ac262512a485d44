"""Transactions as charge points tell them: begun, metered, ended."""
