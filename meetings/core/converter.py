"""Convert dataclasses to JSON and back (cattrs), for columns and other processes.

A field is stored under its name, a day as YYYY-MM-DD, an enumeration by its value, a tuple as a list. A key that is
missing gives the field's default, one that is unknown is passed over.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.json import make_converter

converter = make_converter(unstruct_collection_overrides={tuple: list}, detailed_validation=False)


def rename_keys(cls: type, **keys: str) -> None:
    """Store fields of ``cls`` under other keys: ``field="key"``."""
    renamed: dict[str, Any] = {name: override(rename=key) for name, key in keys.items()}
    converter.register_unstructure_hook(cls, make_dict_unstructure_fn(cls, converter, **renamed))
    converter.register_structure_hook(cls, make_dict_structure_fn(cls, converter, **renamed))


def store_as_list(cls: type) -> None:
    """Store ``cls`` as the list of its fields' values."""
    to_dict: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(cls, converter)
    from_dict: Callable[[Any, type], Any] = make_dict_structure_fn(cls, converter)
    names = [field.name for field in fields(cls)]

    def from_list(values: list[Any], _cls: type) -> Any:
        return from_dict(dict(zip(names, values, strict=False)), cls)

    converter.register_unstructure_hook(cls, lambda value: list(to_dict(value).values()))
    converter.register_structure_hook(cls, from_list)
