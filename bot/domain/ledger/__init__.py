"""The ledger of needs and questions."""
