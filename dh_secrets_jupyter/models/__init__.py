"""Names, values and metadata: what every layer speaks of. Knows nothing of Jupyter or of any store."""

from .metadata import (
    MAX_DESCRIPTION,
    MAX_LABEL,
    MAX_LABELS,
    Metadata,
    MetadataEdit,
    MetadataFields,
    check_description,
    check_expires,
    check_labels,
    encodable,
    metadata_edit,
)
from .names import check_name, check_names, check_project, is_name, is_project
from .values import MAX_TOTAL, SecretBytes, SecretValue, StandIn, decode, encode, name_of

__all__ = [
    "MAX_DESCRIPTION",
    "MAX_LABEL",
    "MAX_LABELS",
    "MAX_TOTAL",
    "Metadata",
    "MetadataEdit",
    "MetadataFields",
    "SecretBytes",
    "SecretValue",
    "StandIn",
    "check_description",
    "check_expires",
    "check_labels",
    "check_name",
    "check_names",
    "check_project",
    "decode",
    "encodable",
    "encode",
    "is_name",
    "is_project",
    "metadata_edit",
    "name_of",
]
