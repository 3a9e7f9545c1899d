"""The layers that are not recurrent, one file a family."""
