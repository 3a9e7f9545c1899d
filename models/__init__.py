"""Networks made of `nn`'s layers, their vocabulary, and the files they are saved in."""

from glassnet.models.character_lstm import CharacterLSTM, CharacterLSTMCell
from glassnet.models.checkpoint import (
    SHIPPED,
    Checkpoint,
    CheckpointError,
    load_checkpoint,
    load_network,
    save_checkpoint,
)
from glassnet.models.image_autoencoders import IMAGE_AUTOENCODERS, ImageAutoencoder
from glassnet.models.text_autoencoder import TextAutoencoder
from glassnet.models.vocabulary import Vocabulary, VocabularyError

__all__ = [
    "IMAGE_AUTOENCODERS",
    "SHIPPED",
    "CharacterLSTM",
    "CharacterLSTMCell",
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
