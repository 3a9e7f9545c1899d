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
from models.image_autoencoders import IMAGE_AUTOENCODERS, ImageAutoencoder
from models.text_autoencoder import TextAutoencoder
from models.vocabulary import Vocabulary, VocabularyError

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
