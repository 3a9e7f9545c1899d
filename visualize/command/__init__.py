"""The command line of `glassnet visualize`: the options of each view."""
