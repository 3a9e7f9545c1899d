"""Networks made of `nn`'s layers, their vocabulary, and the files they are saved in."""

from .character_lstm import CharacterLSTM, CharacterStepper
from .checkpoint import (
    SHIPPED,
    Checkpoint,
    CheckpointError,
    load_checkpoint,
    load_network,
    save_checkpoint,
)
from .image_autoencoders import IMAGE_AUTOENCODERS, ImageAutoencoder
from .text_autoencoder import TextAutoencoder
from .vocabulary import Vocabulary, VocabularyError

__all__ = [
    "IMAGE_AUTOENCODERS",
    "SHIPPED",
    "CharacterLSTM",
    "CharacterStepper",
    "Checkpoint",
    "CheckpointError",
    "ImageAutoencoder",
    "TextAutoencoder",
    "Vocabulary",
    "VocabularyError",
    "load_checkpoint",
    "load_network",
    "save_checkpoint",
]
