"""Objectives: what one update computes, and validation."""
