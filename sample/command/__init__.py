"""The command `glassnet sample`: one program for networks that write text, one for digits."""
