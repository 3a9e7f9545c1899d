"""Options of a character LSTM that trains in a moment."""

SMALL = ["--units", "8", "--chunks", "4", "--k1", "10", "--epochs", "2", "--workers", "1"]
REGULARIZED = ["--dropout", "0.3", "--variational", "yes", "--weight-drop", "0.3"]
REGULARIZED += ["--weight-decay", "0.1", "--clip", "0.05"]
EMBEDDED = ["--embedding", "5", "--input-dropout", "0.3", "--dropout", "0.3"]
EMBEDDED += ["--state-dropout", "0.3", "--skip", "yes", "--reset-state", "0.2"]
