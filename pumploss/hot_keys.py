"""Names what the parts of the hot store share: the prefix of keys, a night's pointer, how long keys live."""

from typing import Final

PREFIX: Final = "pumploss:"
#: The pointer that a night writes last.
PUBLISHED: Final = f"{PREFIX}published"
EXPIRY_SECONDS: Final = 7 * 24 * 3600
#: Answers that are kept for readers; erasing a trader deletes them all.
ANSWERS: Final = f"{PREFIX}cache:"
