"""Networks made of layers, their vocabulary, and the files they are saved in."""

from glassnet.models.characters import (
    CharacterCell,
    CharacterLSTM,
    CharacterLSTMCell,
    CharacterNetwork,
    CharacterTransformer,
    CharacterTransformerCell,
    OwnCharacterNetwork,
)
from glassnet.models.checkpoint import (
    SHIPPED,
    Checkpoint,
    CheckpointError,
    load_checkpoint,
    load_network,
    save_checkpoint,
)
from glassnet.models.digits import DigitsError, load_digits
from glassnet.models.image_autoencoders import (
    IMAGE_AUTOENCODERS,
    ConceptAutoencoder,
    ConvolutionalAutoencoder,
    ConvolutionalConceptAutoencoder,
    DeconvolutionalVariationalAutoencoder,
    DeepAutoencoder,
    DenoisingAutoencoder,
    ImageAutoencoder,
    SimpleAutoencoder,
    StackedAutoencoder,
    VariationalAutoencoder,
)
from glassnet.models.image_grid import image_grid
from glassnet.models.kinds import NETWORKS
from glassnet.models.network import Network
from glassnet.models.neurons import NeuronError, check_neuron
from glassnet.models.structure.registry import StructureError, register
from glassnet.models.structure.saving import load, save
from glassnet.models.text_autoencoder import TextAutoencoder
from glassnet.models.vocabulary import Vocabulary, VocabularyError

__all__ = [
    "IMAGE_AUTOENCODERS",
    "NETWORKS",
    "SHIPPED",
    "CharacterCell",
    "CharacterLSTM",
    "CharacterLSTMCell",
    "CharacterNetwork",
    "CharacterTransformer",
    "CharacterTransformerCell",
    "Checkpoint",
    "CheckpointError",
    "ConceptAutoencoder",
    "ConvolutionalAutoencoder",
    "ConvolutionalConceptAutoencoder",
    "DeconvolutionalVariationalAutoencoder",
    "DeepAutoencoder",
    "DenoisingAutoencoder",
    "DigitsError",
    "ImageAutoencoder",
    "Network",
    "NeuronError",
    "OwnCharacterNetwork",
    "SimpleAutoencoder",
    "StackedAutoencoder",
    "StructureError",
    "TextAutoencoder",
    "VariationalAutoencoder",
    "Vocabulary",
    "VocabularyError",
    "check_neuron",
    "image_grid",
    "load",
    "load_checkpoint",
    "load_digits",
    "load_network",
    "register",
    "save",
    "save_checkpoint",
]
