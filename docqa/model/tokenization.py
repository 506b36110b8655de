"""A tokenizer in a file. With onnx.py the only one that knows `tokenizers`."""

from pathlib import Path

from docqa.errors import SettingsError
from docqa.model.tokens import Count, remembered


def from_file(path: Path) -> Count:
    """Counts by a tokenizer.json.

    Raises SettingsError if it is none.
    """
    from tokenizers import Tokenizer

    file = path / "tokenizer.json" if path.is_dir() else path
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises nothing narrower
        raise SettingsError(f"DOCQA_MODEL__TOKENIZER={path} is no tokenizer.json: {error}") from error
    return remembered(lambda text, own: len(tokenizer.encode(text, add_special_tokens=own).ids))
