"""Networks made of `nn`'s layers, their vocabulary, and the files they are saved in."""

from models.character_lstm import CharacterLSTM, CharacterStepper
from models.checkpoint import (
    SHIPPED,
    Checkpoint,
    CheckpointError,
    load_checkpoint,
    load_network,
    save_checkpoint,
)
from models.vocabulary import Vocabulary, VocabularyError

__all__ = [
    "SHIPPED",
    "CharacterLSTM",
    "CharacterStepper",
    "Checkpoint",
    "CheckpointError",
    "Vocabulary",
    "VocabularyError",
    "load_checkpoint",
    "load_network",
    "save_checkpoint",
]
