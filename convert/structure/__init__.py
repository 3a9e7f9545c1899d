"""What formats that hold the structure of networks share."""
