"""Plain recurrent layers, and a network of one trained by truncated backpropagation."""
