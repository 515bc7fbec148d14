"""Query parameters that several calls share."""

from typing import Annotated

from fastapi import Query

Limit = Annotated[int, Query(ge=1, le=1000)]
Sequence = Annotated[int | None, Query(ge=0, le=2**63 - 1)]
FillId = Annotated[str | None, Query(min_length=1, max_length=128)]
PairId = Annotated[str | None, Query(min_length=1, max_length=128)]
