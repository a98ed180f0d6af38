"""Whatever a column holds, a line of a backup says exactly that."""

import datetime
import json

import pytest
from django.apps import apps
from django.core import serializers
from django.db import models
from hypothesis import given, settings, strategies as st

from meetings.core.serialization import ExactEncoder
from meetings.operations.backup_upgrade import _build_row
from tests.depth import examples

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
VALUES = {
    models.DateTimeField: st.datetimes(timezones=st.just(datetime.UTC)),
    models.DateField: st.dates(),
    models.BooleanField: st.booleans(),
    models.UUIDField: st.uuids(),
    models.JSONField: JSON,
    models.IntegerField: st.integers(),
    models.ForeignKey: st.integers(1),
    models.FileField: st.text(),
    models.CharField: st.text(),
    models.TextField: st.text(),
}


def values_of(field: models.Field) -> st.SearchStrategy:
    """Return what the field may hold; a kind of field that nobody thought of here fails."""
    own = next(values for kind, values in VALUES.items() if isinstance(field, kind))
    return own | st.none() if field.null else own


def columns_of(row: models.Model) -> dict[str, object]:
    columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {
        name: str(value) if isinstance(value, models.fields.files.FieldFile) else value
        for name, value in columns.items()
    }


@pytest.mark.same_on_both
@pytest.mark.parametrize("model", [*apps.get_app_config("meetings").get_models()], ids=lambda model: model.__name__)
def test_every_column_of_every_model_comes_back_to_the_bit(model):
    fields = model._meta.concrete_fields

    @settings(max_examples=examples(25), deadline=None, database=None)
    @given(st.fixed_dictionaries({field.attname: values_of(field) for field in fields}))
    def compare(values):
        row = model(**values)
        names = [field.name for field in fields]
        (line,) = serializers.serialize("jsonl", [row], cls=ExactEncoder, fields=names).encode().split(b"\n")[:-1]
        restored, _links = _build_row(model, json.loads(line))
        assert columns_of(restored) == columns_of(row)

    compare()
