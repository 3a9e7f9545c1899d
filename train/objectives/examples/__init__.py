"""Objectives on examples: gradients and means of batches, and batches from elsewhere."""
