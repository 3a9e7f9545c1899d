"""The arithmetic of the layers: how their large products are made fast."""
