"""Networks that read a text character by character and predict the next one."""

from glassnet.models.characters.lstm import CharacterLSTM
from glassnet.models.characters.lstm_cell import CELLS, CharacterLSTMCell
from glassnet.models.characters.network import CharacterCell, CharacterNetwork
from glassnet.models.characters.transformer import CharacterTransformer
from glassnet.models.characters.transformer_cell import CharacterTransformerCell

CHARACTER_NETWORKS: tuple[type[CharacterNetwork], ...] = (CharacterLSTM, CharacterTransformer)
"""All classes of character networks."""

__all__ = [
    "CELLS",
    "CHARACTER_NETWORKS",
    "CharacterCell",
    "CharacterLSTM",
    "CharacterLSTMCell",
    "CharacterNetwork",
    "CharacterTransformer",
    "CharacterTransformerCell",
]
