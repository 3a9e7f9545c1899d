"""All neurons in one HTML page for the browser."""
