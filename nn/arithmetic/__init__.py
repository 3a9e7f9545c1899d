"""How large products are made fast: the arithmetic that layers are computed with."""
