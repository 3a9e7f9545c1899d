"""What all views draw with."""
