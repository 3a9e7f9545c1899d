"""What all drawings share: shades, the layout of a text, escape sequences, letters, pages."""
